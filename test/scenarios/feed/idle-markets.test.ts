import { beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle } from '../../../src/market/model/candle.ts';
import { ofUnknownFreshness } from '../../../src/market/model/fresh.ts';
import type { OrderBook } from '../../../src/market/model/order-book.ts';
import type { Ticker } from '../../../src/market/model/ticker.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import {
  type LiveFeeds,
  pollIntervalMs,
  silenceMs,
  staleMaxMs,
  startTimeoutMs,
  useLiveFeeds,
} from '../../support/feed/live-feeds.ts';

const btc = 'BTC/USDT';
const minute = 60_000;
const useLive = useLiveFeeds();

let live: LiveFeeds;

beforeEach(() => {
  live = useLive();
});

function push(last: number, fields: Partial<Ticker> = {}): void {
  const now = live.clock.now();
  const ticker = { exchange: 'kraken', symbol: btc, last, timestamp: now, receivedAt: now, ...fields };
  live.streams.push('ticker', btc, tickerOf({ ...ticker, source: 'STREAM' }));
}

function trade(number: number): Trade {
  const timestamp = live.clock.now();
  return { exchange: 'kraken', symbol: btc, id: `${number}`, timestamp, price: 1, amount: 1, cost: 1, side: 'buy' };
}

const toIds = (value: readonly Trade[] | MarketDataError): string =>
  value instanceof MarketDataError ? value.code : value.map(({ id }) => id).join();

test('a market for which the exchange has answered and refuses to now is stale while its stream is silent', async () => {
  live.streams.offer('ticker');
  live.port.set(btc, { last: 1 });
  const reader = live.read([btc]);
  await live.clock.advance(100);
  push(2);
  live.port.set(btc, new MarketDataError('BAD_EXCHANGE_RESPONSE', 'refused', { retryable: false }));
  await live.clock.advance(silenceMs + 2 * pollIntervalMs);
  expect(reader.texts).toEqual([`${btc} 1`, `${btc} 2`, `${btc} 2 stale`]);
  push(3);
  expect(live.feeds.liveTicker('kraken', btc)).toMatchObject({ value: { stale: false, last: 3 } });
});

describe('a ticker whose calls carry the time of the last trade', () => {
  test('is polled while its stream is down, although the stream’s times were later', async () => {
    live.streams.offer('ticker');
    const tradedAt = live.clock.now() - minute;
    live.port.set(btc, { last: 1, bid: 1, timestamp: tradedAt });
    const reader = live.read([btc]);
    await live.clock.advance(100);
    push(1, { bid: 2 });
    live.streams.interrupt('ticker', btc);
    live.port.set(btc, { last: 1, bid: 3, timestamp: tradedAt });
    await live.clock.advance(12 * pollIntervalMs);
    expect(reader.seen.map((value) => !(value instanceof MarketDataError) && value.bid)).toEqual([1, 2, 3]);
    // And it is well again after a failure.
    live.port.fail(new MarketDataError('TIMEOUT', 'down'));
    await live.clock.advance(pollIntervalMs);
    live.port.fail(null);
    await live.clock.advance(5 * pollIntervalMs);
    expect(live.feeds.liveTicker('kraken', btc)).toMatchObject({ value: { stale: false, bid: 3 }, isCurrent: true });
  });
});

describe('an idle market whose stream is connected', () => {
  test('is polled ever more slowly, still answers queries, and is not reconnected because of a trade', async () => {
    live.streams.offer('ticker');
    live.port.set(btc, { last: 1 });
    live.read([btc]);
    await live.clock.advance(100);
    push(1);
    await live.clock.advance(silenceMs + 10 * pollIntervalMs);
    const calls = live.port.tickerCalls.length;
    for (let second = 0; second < 60; second++) {
      await live.clock.advance(1000);
      expect(live.feeds.liveTicker('kraken', btc)?.isCurrent).toBe(true);
    }
    expect(live.port.tickerCalls.length - calls).toBeLessThanOrEqual(13);
    expect(live.port.tickerCalls.length - calls).toBeGreaterThanOrEqual(10);
    // A poll sees the trade before the stream sends it.
    live.port.set(btc, { last: 2 });
    for (let tenth = 0; tenth < 60; tenth++) {
      await live.clock.advance(100);
      const known = live.feeds.liveTicker('kraken', btc)?.value;
      if (known?.last === 2) break;
    }
    await live.clock.advance(500);
    push(2);
    await live.clock.advance(3 * pollIntervalMs);
    expect(live.streams.all.flatMap(({ redials }) => redials.filter((missed) => missed))).toEqual([]);
  });

  test('is reconnected when the stream does not send what polls have seen', async () => {
    live.streams.offer('ticker');
    live.port.set(btc, { last: 1 });
    const reader = live.read([btc]);
    await live.clock.advance(100);
    push(1);
    await live.clock.advance(silenceMs + 2 * pollIntervalMs);
    live.port.set(btc, { last: 2 });
    await live.clock.advance(10 * pollIntervalMs);
    expect(reader.texts.at(-1)).toBe(`${btc} 2`);
    expect(live.streams.all.some(({ redials }) => redials.includes(true))).toBe(true);
  });

  test('has its trades sent at once when the stream speaks again', async () => {
    live.streams.offer('trades');
    const all: Trade[] = [{ ...trade(1), timestamp: live.clock.now() - minute }];
    live.port.setTrades(all);
    const reader = live.follow(live.feeds.trades('kraken', btc), toIds);
    await live.clock.advance(100);
    all.push(trade(2));
    live.streams.push('trades', btc, [trade(2)]);
    await live.clock.advance(5 * minute);
    all.push(trade(3));
    live.streams.push('trades', btc, [trade(3)]);
    await settle();
    expect(reader.texts.join()).toBe('2,3');
  });

  test('does not take a candle that closes by the clock for a trade', async () => {
    live.streams.offer('candles');
    const start = Math.floor(live.clock.now() / minute) * minute;
    const candle: Candle = { timestamp: start, open: 1, high: 1, low: 1, close: 1, volume: 5, closed: false };
    live.port.setCandles([candle]);
    live.follow(live.feeds.candles('kraken', btc, '1m'), String);
    await live.clock.advance(100);
    live.streams.push('candles', btc, [candle]);
    for (let passed = 1; passed < 5; passed++) {
      await live.clock.advance(minute);
      live.port.setCandles([{ ...candle, timestamp: start + passed * minute, volume: 0 }]);
    }
    expect(live.streams.all.flatMap(({ redials }) => redials.filter((missed) => missed))).toEqual([]);
  });
});

describe('a market that is idle for hours, on an exchange that returns the candles of a window', () => {
  const first = Date.UTC(2026, 0, 1);
  const at = (period: number, volume = 1): Candle => ({
    timestamp: first + period * minute,
    open: 1,
    high: 1,
    low: 1,
    close: 1,
    volume,
    closed: false,
  });
  const toText = (value: Candle | MarketDataError): string =>
    value instanceof MarketDataError
      ? value.code
      : `${(value.timestamp - first) / minute}${value.closed ? ' closed' : ''}`;

  beforeEach(() => {
    const fetchCandles = live.port.fetchCandles.bind(live.port);
    // Of the periods that are asked for it gives those in which there was a trade.
    live.port.fetchCandles = async (query) => {
      const { value: all } = await fetchCandles({ ...query, since: 0, limit: 100_000 });
      const from = query.since ?? Math.floor(live.clock.now() / minute) * minute - (query.limit - 1) * minute;
      const until = from + query.limit * minute;
      return ofUnknownFreshness(all.filter(({ timestamp }) => timestamp >= from && timestamp < until));
    };
  });

  test.each([true, false])('has its next candles sent (streamed: %s), after few calls', async (isStreamed) => {
    if (isStreamed) live.streams.offer('candles');
    live.port.setCandles([at(0)]);
    const reader = live.follow(live.feeds.candles('kraken', btc, '1m'), toText);
    const push = (candle: Candle): void => {
      if (isStreamed) live.streams.push('candles', btc, [candle]);
    };
    await live.clock.advance(100);
    push(at(0));
    await live.clock.advance(300 * minute);
    live.port.setCandles([at(0), at(300)]);
    push(at(300));
    await live.clock.advance(minute);
    live.port.setCandles([at(0), at(300), at(301)]);
    push(at(301));
    await live.clock.advance(2 * pollIntervalMs);
    expect(reader.texts).toEqual(['0', '0 closed', '300', '300 closed', '301']);
  });

  test('has missed candles sent after an outage of hours', async () => {
    live.port.setCandles([at(0)]);
    const reader = live.follow(live.feeds.candles('kraken', btc, '1m'), toText);
    await live.clock.advance(100);
    live.port.fail(new MarketDataError('TIMEOUT', 'down'));
    await live.clock.advance(600 * minute);
    live.port.setCandles([at(0), at(250), at(260), at(599)]);
    live.port.fail(null);
    await live.clock.advance(2 * minute);
    expect(reader.texts.filter((text) => text.endsWith('closed'))).toEqual(
      [0, 250, 260, 599].map((n) => `${n} closed`),
    );
  });
});

test('candles are sent although our clock is behind the exchange’s', async () => {
  const first = Math.floor(live.clock.now() / 1000) * 1000;
  live.streams.offer('candles');
  const at = (period: number): Candle => {
    return { timestamp: first + period * 1000, open: 1, high: 1, low: 1, close: 1, volume: 1, closed: false };
  };
  const all: Candle[] = [];
  const reader = live.follow(live.feeds.candles('kraken', btc, '1s'), (value) =>
    value instanceof MarketDataError
      ? value.code
      : `${(value.timestamp - first) / 1000}${value.closed ? ' closed' : ''}`,
  );
  for (let second = 0; second < 10; second++) {
    all.push(at(second + 5));
    live.port.setCandles([...all]);
    if (second === 5) live.streams.interrupt('candles', btc);
    live.streams.push('candles', btc, all.slice(-1));
    await live.clock.advance(1000);
  }
  await live.clock.advance(3000);
  const closed = reader.texts.filter((text) => text.endsWith('closed'));
  expect(closed).toEqual(closed.map((_, index) => `${index + 5} closed`));
  expect(closed.length).toBeGreaterThan(6);
  expect(reader.texts.filter((text) => text.endsWith('E') || text.endsWith('T'))).toEqual([]);
});

describe('an outage', () => {
  test('longer than STALE_MAX_MS loses no trade and no candle that the exchange still has', async () => {
    live.streams.offer('trades', 'candles');
    const all: Trade[] = [{ ...trade(0), timestamp: live.clock.now() - minute }];
    live.port.setTrades(all);
    const start = Math.floor(live.clock.now() / minute) * minute;
    const candles: Candle[] = [];
    live.port.setCandles(candles);
    const trades = live.follow(live.feeds.trades('kraken', btc), toIds);
    const closes = live.follow(live.feeds.candles('kraken', btc, '1m'), (value) =>
      value instanceof MarketDataError ? value.code : `${(value.timestamp - start) / minute} ${value.closed}`,
    );
    const happen = (number: number): void => {
      all.push(trade(number));
      const timestamp = Math.floor(live.clock.now() / minute) * minute;
      if (candles.at(-1)?.timestamp === timestamp) candles.pop();
      candles.push({ timestamp, open: 1, high: 1, low: 1, close: number, volume: number, closed: false });
    };
    await live.clock.advance(100);
    happen(1);
    live.streams.push('trades', btc, [trade(1)]);
    live.streams.push('candles', btc, candles.slice(-1));
    await live.clock.advance(2 * pollIntervalMs);
    live.port.fail(new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
    for (const kind of ['trades', 'candles'] as const) live.streams.interrupt(kind, btc);
    for (let number = 2; number < 12; number++) {
      await live.clock.advance(staleMaxMs / 2);
      happen(number);
    }
    live.port.fail(null);
    await live.clock.advance(2 * minute);
    expect(trades.texts.join()).toBe('1,2,3,4,5,6,7,8,9,10,11');
    expect(closes.texts.filter((text) => text.endsWith('true'))).toEqual(
      [0, 1, 2, 3, 4, 5].map((number) => `${number} true`),
    );
    expect([trades.ended, closes.ended]).toEqual([false, false]);
  });

  test('makes the forming candle stale each time it begins, also for subscribers that come while it lasts', async () => {
    const start = Math.floor(live.clock.now() / minute) * minute;
    live.port.setCandles([{ timestamp: start, open: 1, high: 1, low: 1, close: 1, volume: 1, closed: false }]);
    const toText = (value: Candle | MarketDataError): string =>
      value instanceof MarketDataError ? value.code : `${value.volume}${value.stale ? ' stale' : ''}`;
    const reader = live.follow(live.feeds.candles('kraken', btc, '1m'), toText);
    for (let outage = 2; outage < 4; outage++) {
      await live.clock.advance(2 * pollIntervalMs);
      live.port.fail(new MarketDataError('TIMEOUT', 'down'));
      await live.clock.advance(2 * pollIntervalMs);
      const late = live.follow(live.feeds.candles('kraken', btc, '1m'), toText);
      await settle();
      expect(late.texts).toEqual([`${outage - 1} stale`]);
      live.port.fail(null);
      live.port.setCandles([{ timestamp: start, open: 1, high: 1, low: 1, close: 1, volume: outage, closed: false }]);
      await live.clock.advance(10 * pollIntervalMs);
    }
    expect(reader.texts).toEqual(['1', '1 stale', '2', '2 stale', '3']);
  });

  test('of calls alone changes nothing while a new stream may speak, and delays nothing', async () => {
    live.streams.offer('trades');
    live.port.setTrades(new MarketDataError('GEO_BLOCKED', 'not from here'));
    const reader = live.follow(live.feeds.trades('kraken', btc), toIds);
    await live.clock.advance(100);
    live.streams.push('trades', btc, [trade(1)], true);
    await live.clock.advance(3 * pollIntervalMs);
    live.streams.push('trades', btc, [trade(2)]);
    await settle();
    expect(reader.texts.join()).toBe('1,2');
  });

  test('in which calls hang makes all books stale when the first call has failed, not one after the other', async () => {
    live.streams.offer('orderBook');
    const symbols = Array.from({ length: 40 }, (_, index) => `S${index}/USDT`);
    const stale = new Set<string>();
    for (const symbol of symbols) {
      live.follow(live.feeds.orderBook('kraken', symbol, 5), (value) => {
        if (!(value instanceof MarketDataError) && value.stale) stale.add(value.symbol);
        return '';
      });
    }
    const book = { exchange: 'kraken', timestamp: null, bids: [], asks: [], stale: false };
    await live.clock.advance(100);
    for (const symbol of symbols) {
      live.streams.push('orderBook', symbol, { ...book, symbol, receivedAt: live.clock.now() });
    }
    await live.clock.advance(2 * pollIntervalMs);
    const fetchOrderBook = live.port.fetchOrderBook.bind(live.port);
    live.port.fetchOrderBook = async () => {
      await new Promise<void>((resolve) => live.clock.after(10_000, resolve));
      throw new MarketDataError('TIMEOUT', 'too slow');
    };
    for (const symbol of symbols) live.streams.interrupt('orderBook', symbol);
    await live.clock.advance(12_000);
    const states = symbols.map((symbol) => live.feeds.liveOrderBook('kraken', symbol, 5)?.value.stale);
    expect(states).toEqual(symbols.map(() => true));
    live.port.fetchOrderBook = fetchOrderBook;
    await live.clock.advance(120_000);
  });

  test('in which the exchange asks for a pause because of one market makes the others stale, which are not polled', async () => {
    live.port.set(btc, { last: 1 });
    live.port.set('ETH/USDT', { last: 1 });
    const reader = live.read([btc, 'ETH/USDT']);
    await live.clock.advance(2 * pollIntervalMs);
    live.port.set('ETH/USDT', new MarketDataError('RATE_LIMITED', 'not now', { retryAfterMs: 600_000 }));
    await live.clock.advance(5 * pollIntervalMs);
    expect(reader.texts.slice(-2).sort()).toEqual([`${btc} 1 stale`, 'ETH/USDT 1 stale']);
    live.port.set('ETH/USDT', { last: 2 });
    await live.clock.advance(600_000);
    expect(reader.texts.slice(-2).sort()).toEqual([`${btc} 1`, 'ETH/USDT 2']);
  });
});

describe('what is missing', () => {
  const stream = (number: number): void => live.streams.push('trades', btc, [trade(number)]);
  const start = async (all: Trade[]) => {
    live.streams.offer('trades');
    all.push({ ...trade(0), timestamp: live.clock.now() - minute });
    live.port.setTrades(all);
    const reader = live.follow(live.feeds.trades('kraken', btc), toIds);
    await live.clock.advance(100);
    all.push(trade(1));
    stream(1);
    await live.clock.advance(2 * pollIntervalMs);
    expect(reader.texts).toEqual(['1']);
    return reader;
  };

  test('is waited for as long as STALE_MAX_MS while the stream works, then ends subscribers that would miss it', async () => {
    const reader = await start([]);
    live.port.fail(new MarketDataError('TIMEOUT', 'too slow'));
    live.streams.interrupt('trades', btc);
    await live.clock.advance(100);
    stream(5);
    await live.clock.advance(staleMaxMs - 1000);
    expect(reader.texts.slice(1)).toEqual([]);
    await live.clock.advance(staleMaxMs);
    expect(reader.texts.slice(1)).toEqual(['EXCHANGE_UNAVAILABLE']);
    expect(reader.seen.at(-1)).toMatchObject({ retryable: true });
    expect(reader.ended).toBe(true);
    const late = live.follow(live.feeds.trades('kraken', btc), toIds);
    stream(6);
    // Nobody has received anything of the new topic yet: a start does not wait for calls that fail.
    await live.clock.advance(startTimeoutMs);
    expect(late.texts).toEqual(['6']);
  });

  test('is not waited for longer where calls succeed and never bring it', async () => {
    const reader = await start([]);
    live.streams.interrupt('trades', btc);
    await live.clock.advance(100);
    live.port.setTrades([]);
    for (let second = 5; second < 100; second++) {
      stream(second);
      await live.clock.advance(1000);
    }
    expect(reader.texts).toEqual(['1', 'EXCHANGE_UNAVAILABLE']);
    expect(reader.ended).toBe(true);
  });

  test('is not waited for where the exchange refuses such calls, and subscribers of a silent stream receive no error', async () => {
    live.streams.offer('trades', 'candles');
    live.port.setTrades(new MarketDataError('BAD_USER_INPUT', 'needs more arguments'));
    live.port.setCandles(new MarketDataError('NOT_SUPPORTED', 'no candles'));
    const first = Math.floor(live.clock.now() / minute) * minute;
    const reader = live.follow(live.feeds.trades('kraken', btc), toIds);
    const candles = live.follow(live.feeds.candles('kraken', btc, '1m'), (value) =>
      value instanceof MarketDataError ? value.code : `${value.volume}${value.closed ? ' closed' : ''}`,
    );
    await live.clock.advance(100);
    for (let number = 1; number < 5; number++) {
      stream(number);
      const timestamp = Math.floor(live.clock.now() / minute) * minute;
      const volume = (timestamp - first) / minute + 1;
      const candle = { timestamp, open: 1, high: 1, low: 1, close: 1, volume, closed: false };
      live.streams.push('candles', btc, [candle]);
      await live.clock.advance(minute + 4000);
    }
    expect(reader.texts).toEqual(['1', '2', '3', '4']);
    expect(candles.texts.filter((text) => text.endsWith('closed'))).toEqual(['1 closed', '2 closed', '3 closed']);
    expect(candles.texts).not.toContain('NOT_SUPPORTED');
  });

  test('ends subscribers that would miss it each time', async () => {
    live.streams.offer('candles');
    const first = Math.floor(live.clock.now() / minute) * minute;
    const candle = (period: number): Candle => {
      return { timestamp: first + period * minute, open: 1, high: 1, low: 1, close: 1, volume: 1, closed: false };
    };
    live.port.setCandles([candle(0)]);
    for (let outage = 1; outage < 3; outage++) {
      const reader = live.follow(live.feeds.candles('kraken', btc, '1m'), (value) =>
        value instanceof MarketDataError ? value.code : 'candle',
      );
      await live.clock.advance(100);
      live.port.setCandles(new MarketDataError('BAD_USER_INPUT', 'too old'));
      live.streams.interrupt('candles', btc);
      await live.clock.advance(5 * minute);
      const period = Math.floor((live.clock.now() - first) / minute);
      live.port.setCandles([candle(period)]);
      live.streams.push('candles', btc, [candle(period)]);
      await live.clock.advance(2 * pollIntervalMs);
      expect(reader.texts.at(-1)).toBe('EXCHANGE_UNAVAILABLE');
      expect(reader.ended).toBe(true);
    }
  });

  test('is not waited for when more than ten thousand trades wait', async () => {
    const reader = await start([]);
    live.port.hold();
    live.streams.interrupt('trades', btc);
    for (let number = 2; number < 10_002; number++) stream(number);
    await settle();
    expect(reader.texts.slice(1)).toEqual(['EXCHANGE_UNAVAILABLE']);
    live.port.hold()();
  });

  test('of candles is fetched page by page', async () => {
    live.streams.offer('candles');
    const first = Math.floor(live.clock.now() / minute) * minute;
    const candle = (period: number): Candle => {
      const timestamp = first + period * minute;
      return { timestamp, open: 1, high: 1, low: 1, close: period, volume: 1, closed: false };
    };
    live.port.setCandles([candle(0)]);
    const reader = live.follow(live.feeds.candles('kraken', btc, '1m'), (value) =>
      value instanceof MarketDataError ? value.code : `${value.close}${value.closed ? ' closed' : ''}`,
    );
    await live.clock.advance(100);
    live.streams.push('candles', btc, [candle(0)]);
    await live.clock.advance(2 * pollIntervalMs);
    live.port.fail(new MarketDataError('TIMEOUT', 'down'));
    live.streams.interrupt('candles', btc);
    await live.clock.advance(350 * minute);
    live.port.setCandles(Array.from({ length: 351 }, (_, period) => candle(period)));
    live.port.fail(null);
    await live.clock.advance(minute);
    const closed = reader.texts.filter((text) => text.endsWith('closed'));
    expect(closed.slice(0, 350)).toEqual(Array.from({ length: 350 }, (_, period) => `${period} closed`));
    expect(reader.texts).not.toContain('EXCHANGE_UNAVAILABLE');
  });
});

test('without a stream, an idle market is polled at the same pace, and its next change is sent at once', async () => {
  live.port.set(btc, { last: 1 });
  const reader = live.read([btc]);
  await live.clock.advance(100 * pollIntervalMs);
  expect(live.port.tickerCalls).toHaveLength(101);
  live.port.set(btc, { last: 2 });
  await live.clock.advance(pollIntervalMs);
  expect(reader.texts).toEqual([`${btc} 1`, `${btc} 2`]);
});

test('an exchange is sent two polls of books at a time, and a new subscriber does not wait for them', async () => {
  const under = new Set<string>();
  const symbols = Array.from({ length: 20 }, (_, index) => `S${index}/USDT`);
  for (const symbol of symbols) live.follow(live.feeds.orderBook('kraken', symbol, 5), String);
  await live.clock.advance(100);
  const fetchOrderBook = live.port.fetchOrderBook.bind(live.port);
  live.port.fetchOrderBook = async (query) => {
    under.add(query.symbol);
    try {
      return await fetchOrderBook(query);
    } finally {
      under.delete(query.symbol);
    }
  };
  const release = live.port.hold();
  await live.clock.advance(3 * pollIntervalMs);
  expect(under.size).toBe(2);
  live.follow(live.feeds.orderBook('kraken', 'NEW/USDT', 5), String);
  await settle();
  expect(under.has('NEW/USDT')).toBe(true);
  release();
  await live.clock.advance(3 * pollIntervalMs);
});

describe('order books of different depth', () => {
  const levels = (count: number, from: number) =>
    Array.from({ length: count }, (_, index) => ({ price: from + index, amount: 1 }));

  function book(count: number): OrderBook {
    const shared = { exchange: 'kraken', symbol: btc, timestamp: null, receivedAt: live.clock.now(), stale: false };
    return { ...shared, bids: levels(count, 1).reverse(), asks: levels(count, 1000) };
  }

  test('a subscriber that wants more levels receives them at once, although the stream works, and so does a query', async () => {
    live.streams.offer('orderBook');
    live.port.setOrderBook(book(5));
    const count = (value: OrderBook | MarketDataError): string =>
      value instanceof MarketDataError ? value.code : String(value.bids.length);
    live.follow(live.feeds.orderBook('kraken', btc, 5), count);
    await live.clock.advance(100);
    live.streams.push('orderBook', btc, book(5));
    expect(live.feeds.liveOrderBook('kraken', btc, 5)?.isCurrent).toBe(true);
    expect(live.feeds.liveOrderBook('kraken', btc, 50)?.isCurrent).toBe(false);
    await live.clock.advance(10);
    live.port.setOrderBook(book(50));
    const deep = live.follow(live.feeds.orderBook('kraken', btc, 50), count);
    await live.clock.advance(100);
    expect(deep.texts.at(-1)).toBe('50');
    expect(live.feeds.liveOrderBook('kraken', btc, 50)?.isCurrent).toBe(true);
    // A stream that ends after 20 levels answers no query for more.
    live.streams.push('orderBook', btc, book(20));
    expect(live.feeds.liveOrderBook('kraken', btc, 20)?.isCurrent).toBe(true);
    expect(live.feeds.liveOrderBook('kraken', btc, 50)?.isCurrent).toBe(false);
    await deep.leave();
    live.streams.push('orderBook', btc, book(5));
    expect(live.feeds.liveOrderBook('kraken', btc, 50)?.isCurrent).toBe(false);
  });
});
