import { beforeEach, describe, expect, test } from 'vitest';
import { LiveMarketData } from '../../../src/feed/live/live-market-data.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { ofUnknownFreshness } from '../../../src/market/model/fresh.ts';
import type { OrderBook, OrderBookQuery } from '../../../src/market/model/order-book.ts';
import type { MarketData } from '../../../src/market/ports/market-data.ts';
import { FakeMarketData, tickerOf } from '../../support/fakes/fake-market-data.ts';
import {
  type LiveFeeds,
  lingerMs,
  pollIntervalMs,
  silenceMs,
  staleMaxMs,
  useLiveFeeds,
} from '../../support/feed/live-feeds.ts';
import { toText } from '../../support/ticker-text.ts';

const btc = 'BTC/USDT';
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const useLive = useLiveFeeds();

let live: LiveFeeds;
let data: MarketData;

beforeEach(() => {
  live = useLive();
  live.port.set(btc, { last: 1 });
  data = new LiveMarketData({ upstream: live.port, feeds: live.feeds, clock: live.clock, staleMaxMs });
});

async function ask(...symbols: readonly string[]): Promise<readonly string[]> {
  const results = await data.fetchTickers('kraken', symbols);
  return symbols.map((symbol) => {
    const outcome = results.get(symbol);
    if (!outcome) return 'nothing';
    return outcome instanceof MarketDataError ? outcome.code : toText(outcome.value);
  });
}

function stream(last: number): void {
  const now = live.clock.now();
  const ticker = { exchange: 'kraken', symbol: btc, last, timestamp: now, receivedAt: now };
  live.streams.push('ticker', btc, tickerOf({ ...ticker, source: 'STREAM' }));
}

test('values that are being renewed below stay so until the renewal has ended', async () => {
  let isCurrent = true;
  const validity = { freshUntil: 1, reusableUntil: 2, isCurrent: () => isCurrent };
  const { port } = live;
  const upstream: MarketData = Object.create(port, {
    fetchTickers: {
      value: async (_: string, symbols: readonly string[]) =>
        new Map(symbols.map((symbol) => [symbol, { value: tickerOf({ symbol }), ...validity }])),
    },
    fetchOrderBook: {
      value: async (query: OrderBookQuery) => ({ ...(await port.fetchOrderBook(query)), ...validity }),
    },
  });
  data = new LiveMarketData({ upstream, feeds: live.feeds, clock: live.clock, staleMaxMs });
  const ticker = (await data.fetchTickers('kraken', [btc])).get(btc);
  const book = await data.fetchOrderBook({ exchange: 'kraken', symbol: btc, limit: 5 });
  for (const fresh of [ticker, book]) {
    if (!fresh || fresh instanceof MarketDataError) throw new Error('there is no value');
    isCurrent = true;
    expect(fresh).toMatchObject({ freshUntil: 1, reusableUntil: 2 });
    expect(fresh.isCurrent?.()).toBe(true);
    isCurrent = false;
    expect(fresh.isCurrent?.()).toBe(false);
  }
});

describe('a ticker', () => {
  test('that is streamed answers without a call, and the others are fetched', async () => {
    live.streams.offer('ticker');
    live.port.set('ETH/USDT', { last: 9 });
    live.read([btc]);
    await live.clock.advance(100);
    stream(5);
    const calls = live.port.tickerCalls.length;
    expect(await ask(btc)).toEqual(['BTC/USDT 5']);
    expect(live.port.tickerCalls).toHaveLength(calls);
    expect(await ask(btc, 'ETH/USDT')).toEqual(['BTC/USDT 5', 'ETH/USDT 9']);
    expect(live.port.tickerCalls.at(-1)?.symbols).toEqual(['ETH/USDT']);
  });

  test('that is no longer live is not followed by an older one that was fetched before', async () => {
    const before = live.clock.now();
    live.streams.offer('ticker');
    const reader = live.read([btc]);
    await live.clock.advance(100);
    stream(5);
    expect(await ask(btc)).toEqual(['BTC/USDT 5']);
    await reader.leave();
    await live.clock.advance(lingerMs);
    live.port.set(btc, { last: 1, receivedAt: before });
    const fetchTickers = live.port.fetchTickers.bind(live.port);
    live.port.fetchTickers = async (exchange, symbols, options) => {
      if (options?.maxAgeMs === 1) live.port.set(btc, { last: 7 });
      return fetchTickers(exchange, symbols, options);
    };
    expect(await ask(btc)).toEqual(['BTC/USDT 7']);
    const calls = live.port.tickerCalls.length;
    expect(await ask(btc)).toEqual(['BTC/USDT 7']);
    expect(live.port.tickerCalls).toHaveLength(calls + 1);
  });

  test('that is polled answers without a call', async () => {
    live.read([btc]);
    await live.clock.advance(2 * pollIntervalMs);
    const calls = live.port.tickerCalls.length;
    expect(await ask(btc)).toEqual(['BTC/USDT 1']);
    expect(live.port.tickerCalls).toHaveLength(calls);
  });

  test('whose stream is silent is fetched, and subscribers receive what was fetched', async () => {
    live.streams.offer('ticker');
    const reader = live.read([btc]);
    await live.clock.advance(100);
    stream(5);
    live.port.fail(down);
    await live.clock.advance(silenceMs + 2 * pollIntervalMs);
    expect(reader.texts.at(-1)).toBe('BTC/USDT 5 stale');
    live.port.fail(null);
    live.port.set(btc, { last: 6 });
    expect(await ask(btc)).toEqual(['BTC/USDT 6']);
    await live.clock.advance(0);
    expect(reader.texts.at(-1)).toBe('BTC/USDT 6');
  });

  test('is the last known, stale, while neither works, until that is too old', async () => {
    live.read([btc]);
    await live.clock.advance(pollIntervalMs);
    live.port.fail(down);
    await live.clock.advance(2 * pollIntervalMs);
    expect(await ask(btc)).toEqual(['BTC/USDT 1 stale']);
    await live.clock.advance(staleMaxMs);
    expect(await ask(btc)).toEqual(['EXCHANGE_UNAVAILABLE']);
  });
});

describe('freshness', () => {
  const fetch = async () => {
    const result = (await data.fetchTickers('kraken', [btc])).get(btc);
    if (!result || result instanceof MarketDataError) throw new Error('there is no ticker');
    return result;
  };

  test('of a live ticker ends with the next one, and when the feed falls silent', async () => {
    live.streams.offer('ticker');
    live.read([btc]);
    await live.clock.advance(100);
    stream(5);
    const first = await fetch();
    expect(first).toMatchObject({ value: { last: 5 }, freshUntil: Number.POSITIVE_INFINITY });
    expect(first.isCurrent?.()).toBe(true);
    stream(6);
    expect(first.isCurrent?.()).toBe(false);
    const second = await fetch();
    live.port.fail(down);
    await live.clock.advance(silenceMs + 2 * pollIntervalMs);
    expect(second.isCurrent?.()).toBe(false);
  });

  test('of a fetched ticker is what its cache says, until the feed knows another', async () => {
    let isCached = true;
    const fetchTickers = live.port.fetchTickers.bind(live.port);
    live.port.fetchTickers = async (...asked) =>
      new Map(
        [...(await fetchTickers(...asked))].map(([symbol, result]) => [
          symbol,
          result instanceof MarketDataError ? result : { ...result, freshUntil: 77, isCurrent: () => isCached },
        ]),
      );
    const first = await fetch();
    expect(first.freshUntil).toBe(77);
    expect(first.isCurrent?.()).toBe(true);
    isCached = false;
    expect(first.isCurrent?.()).toBe(false);
    isCached = true;
    live.read([btc]);
    await live.clock.advance(100);
    expect(first.isCurrent?.()).toBe(false);
  });

  test('of a last known ticker is unknown', async () => {
    live.read([btc]);
    await live.clock.advance(pollIntervalMs);
    live.port.fail(down);
    await live.clock.advance(2 * pollIntervalMs);
    expect(await fetch()).toMatchObject({ value: { stale: true }, freshUntil: 0 });
  });

  test('of a live book ends with the next one', async () => {
    live.streams.offer('orderBook');
    live.follow(live.feeds.orderBook('kraken', btc, 1), () => '');
    await live.clock.advance(100);
    const push = (price: number): void => {
      const receivedAt = live.clock.now();
      const sides = { bids: [{ price, amount: 1 }], asks: [{ price: price + 1, amount: 1 }] };
      const times = { timestamp: receivedAt, receivedAt, stale: false };
      live.streams.push('orderBook', btc, { exchange: 'kraken', symbol: btc, ...sides, ...times });
    };
    push(1);
    const book = await data.fetchOrderBook({ exchange: 'kraken', symbol: btc, limit: 1 });
    expect([book.freshUntil, book.isCurrent?.()]).toEqual([Number.POSITIVE_INFINITY, true]);
    push(2);
    expect(book.isCurrent?.()).toBe(false);
  });
});

test('a book that is live no more is not followed by what was fetched before', async () => {
  const asked: (number | undefined)[] = [];
  const before = live.clock.now();
  const upstream = new FakeMarketData(live.clock);
  upstream.fetchOrderBook = async (query, options) => {
    asked.push(options?.maxAgeMs);
    const { value } = await live.port.fetchOrderBook(query);
    return ofUnknownFreshness(options?.maxAgeMs === 0 ? value : { ...value, receivedAt: before });
  };
  data = new LiveMarketData({ upstream, feeds: live.feeds, clock: live.clock, staleMaxMs });
  live.streams.offer('orderBook');
  const reader = live.follow(live.feeds.orderBook('kraken', btc, 1), () => '');
  await live.clock.advance(100);
  const query = { exchange: 'kraken', symbol: btc, limit: 1 };
  const now = live.clock.now();
  const book = {
    exchange: 'kraken',
    symbol: btc,
    timestamp: now,
    receivedAt: now,
    bids: [{ price: 1, amount: 1 }],
    asks: [{ price: 2, amount: 1 }],
    stale: false,
  };
  live.streams.push('orderBook', btc, book);
  expect((await data.fetchOrderBook(query)).value.receivedAt).toBe(now);
  await reader.leave();
  await live.clock.advance(lingerMs);
  expect((await data.fetchOrderBook(query)).value.receivedAt).toBeGreaterThan(now);
  expect(asked).toEqual([undefined, 0]);
});

describe('an order book', () => {
  const levels = [3, 2, 1].map((price) => ({ price, amount: 1 }));

  function streamBook(bids: OrderBook['bids']): void {
    const now = live.clock.now();
    live.streams.push('orderBook', btc, {
      exchange: 'kraken',
      symbol: btc,
      timestamp: now,
      receivedAt: now,
      bids,
      asks: bids.map((level, index) => ({ ...level, price: 10 + index })),
      stale: false,
    });
  }

  function followBook(limit: number) {
    return live.follow(live.feeds.orderBook('kraken', btc, limit), (book) =>
      book instanceof MarketDataError ? book.code : `${book.bids.length}${book.stale ? ' stale' : ''}`,
    );
  }

  const fetchBook = async (limit: number): Promise<OrderBook> =>
    (await data.fetchOrderBook({ exchange: 'kraken', symbol: btc, limit })).value;

  beforeEach(() => {
    live.streams.offer('orderBook');
    live.port.setOrderBook({ bids: levels });
  });

  test('that is live answers without a call, cut to the limit; a deeper one is fetched', async () => {
    followBook(2);
    await live.clock.advance(100);
    streamBook(levels.slice(0, 2));
    const calls = live.port.orderBookCalls.length;
    expect((await fetchBook(1)).bids).toEqual(levels.slice(0, 1));
    expect((await fetchBook(2)).bids).toEqual(levels.slice(0, 2));
    expect(live.port.orderBookCalls).toHaveLength(calls);
    expect((await fetchBook(3)).bids).toEqual(levels);
    expect(live.port.orderBookCalls).toHaveLength(calls + 1);
  });

  test('is the last known, stale and cut, while neither works, and an error where there is none', async () => {
    followBook(3);
    await live.clock.advance(100);
    streamBook(levels);
    live.port.fail(down);
    live.streams.interrupt('orderBook', btc);
    await live.clock.advance(2 * pollIntervalMs);
    expect(await fetchBook(2)).toMatchObject({ stale: true, bids: levels.slice(0, 2) });
    await expect(data.fetchOrderBook({ exchange: 'kraken', symbol: 'ETH/USDT', limit: 1 })).rejects.toBe(down);
    await live.clock.advance(staleMaxMs);
    await expect(fetchBook(2)).rejects.toBe(down);
  });

  test('is polled as deep as the deepest subscriber wants', async () => {
    const shallow = followBook(1);
    await live.clock.advance(100);
    const deep = followBook(3);
    await live.clock.advance(100);
    expect(live.port.orderBookCalls.map(({ limit }) => limit)).toEqual([1, 3]);
    expect([deep.texts.at(-1), shallow.texts.length]).toEqual(['3', 1]);
  });
});

test.each([0, -1, 1001])('a book of %i levels is refused though it is live', async (limit) => {
  live.follow(live.feeds.orderBook('kraken', btc, 20), String);
  await live.clock.advance(2 * pollIntervalMs);
  const calls = live.port.orderBookCalls.length;
  await expect(data.fetchOrderBook({ exchange: 'kraken', symbol: btc, limit })).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
  });
  expect(live.port.orderBookCalls).toHaveLength(calls);
});
