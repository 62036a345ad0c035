import { beforeEach, describe, expect, test } from 'vitest';
import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { ofUnknownFreshness } from '../../../src/market/model/fresh.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import {
  type LiveFeeds,
  lingerMs,
  nothing,
  pollIntervalMs,
  staleMaxMs,
  startTimeoutMs,
  useLiveFeeds,
} from '../../support/feed/live-feeds.ts';

const btc = 'BTC/USDT';
const eth = 'ETH/USDT';
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const limited = new MarketDataError('RATE_LIMITED', 'not now', { retryAfterMs: startTimeoutMs + 1 });
const blocked = new MarketDataError('GEO_BLOCKED', 'not from here');
const useLive = useLiveFeeds();

let live: LiveFeeds;

beforeEach(() => {
  live = useLive();
  live.port.set(btc, { last: 1 });
  live.port.set(eth, { last: 2 });
});

/** How a start goes: the code of its error, 'started', or null while it waits. */
class Start {
  outcome: string | null = null;
  error: unknown = null;

  constructor(start: Promise<unknown>) {
    start.then(
      () => {
        this.outcome = 'started';
      },
      (error: unknown) => {
        this.error = error;
        this.outcome = error instanceof MarketDataError ? error.code : 'another error';
      },
    );
  }
}

function watch<V>(start: Promise<AsyncIterableIterator<FeedEvent<V>>>): Start {
  start.then(
    (subscription) => live.follow(subscription, String),
    () => {},
  );
  return new Start(start);
}

const starts: Readonly<Record<string, (symbol?: string) => Start>> = {
  ticker: (symbol = btc) => watch(live.operations.ticker('kraken', symbol)),
  tickers: (symbol = btc) => watch(live.operations.tickers('kraken', [symbol, symbol === btc ? eth : symbol], false)),
  candles: (symbol = btc) => watch(live.operations.candles({ exchange: 'kraken', symbol, timeframe: '1m' }, null)),
  orderBook: (symbol = btc) => watch(live.operations.orderBook('kraken', symbol, 5)),
  trades: (symbol = btc) => watch(live.operations.trades({ exchange: 'kraken', symbol }, null)),
};

describe.each(Object.entries(starts))('%s', (_kind, start) => {
  test('starts once its exchange has answered, though there is nothing yet', async () => {
    const release = live.port.hold();
    const state = start();
    await settle();
    expect(state.outcome).toBe(null);
    release();
    await settle();
    expect(state.outcome).toBe('started');
  });

  test('waits for an exchange that fails, and fails with its reason when the time is over', async () => {
    live.port.fail(down);
    const state = start();
    await live.clock.advance(startTimeoutMs - 1);
    expect(state.outcome).toBe(null);
    await live.clock.advance(1);
    expect(state.outcome).toBe('EXCHANGE_UNAVAILABLE');
    expect(live.feeds.counts.subscribers).toBe(0);
  });

  test('starts when the exchange is back in time', async () => {
    live.port.fail(down);
    const state = start();
    await live.clock.advance(pollIntervalMs);
    live.port.fail(null);
    await live.clock.advance(startTimeoutMs / 2);
    expect(state.outcome).toBe('started');
  });

  test('fails with a clear message when the exchange does not answer at all', async () => {
    const release = live.port.hold();
    const state = start();
    await live.clock.advance(startTimeoutMs);
    expect(state.outcome).toBe('TIMEOUT');
    expect(state.error).toMatchObject({
      message: 'kraken sent nothing that could be delivered within 10000 ms; try again.',
      details: { exchange: 'kraken' },
      retryable: true,
    });
    release();
  });

  test.each([
    ['that will not pass', blocked],
    ['that lasts longer than it may wait', limited],
  ])('does not wait where the trouble is one %s', async (_name, error) => {
    live.port.fail(error);
    const state = start();
    await settle();
    expect(state.outcome).toBe(error.code);
  });

  test('is refused during an outage that began before, once the last known value is too old', async () => {
    const first = start();
    await live.clock.advance(pollIntervalMs);
    expect(first.outcome).toBe('started');
    live.port.fail(down);
    await live.clock.advance(staleMaxMs + pollIntervalMs);
    const late = start();
    await live.clock.advance(startTimeoutMs);
    expect(late.outcome).toBe('EXCHANGE_UNAVAILABLE');
  });

  test('that starts during a long outage asks the exchange soon, although polls are far apart by then', async () => {
    const first = start();
    await live.clock.advance(pollIntervalMs);
    live.port.fail(down);
    await live.clock.advance(staleMaxMs + pollIntervalMs);
    live.port.fail(null);
    const late = start();
    await live.clock.advance(pollIntervalMs);
    expect([first.outcome, late.outcome]).toEqual(['started', 'started']);
  });

  test('of a market that does not exist is refused at once, without a call', async () => {
    const state = start('NO/PE');
    await settle();
    expect(state.outcome).toBe('SYMBOL_NOT_FOUND');
    expect(live.feeds.counts).toEqual(nothing);
    expect(live.port.tickerCalls).toEqual([]);
  });
});

describe('with a stream', () => {
  test('that has sent nothing yet fails with a retryable error, although there are no calls', async () => {
    live.streams.offer('candles');
    live.port.setCandles(new MarketDataError('NOT_SUPPORTED', 'no such call'));
    const start = watch(live.operations.candles({ exchange: 'kraken', symbol: btc, timeframe: '1m' }, null));
    await live.clock.advance(startTimeoutMs / 2);
    live.streams.interrupt('candles', btc);
    await live.clock.advance(pollIntervalMs);
    const second = watch(live.operations.candles({ exchange: 'kraken', symbol: btc, timeframe: '1m' }, null));
    await live.clock.advance(startTimeoutMs);
    for (const { error } of [start, second]) expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true });
  });

  test('it starts with what the stream sends, although calls fail', async () => {
    live.streams.offer('ticker', 'trades', 'orderBook', 'candles');
    live.port.fail(blocked);
    const states = Object.values(starts).map((start) => start());
    await live.clock.advance(startTimeoutMs / 2);
    expect(states.map(({ outcome }) => outcome)).toEqual(states.map(() => null));
    const now = live.clock.now();
    const shared = { exchange: 'kraken', symbol: btc, timestamp: now };
    const trade = { ...shared, id: '1', price: 1, amount: 1, cost: 1, side: 'buy' as const };
    live.streams.push('trades', btc, [trade]);
    live.streams.push('orderBook', btc, { ...shared, receivedAt: now, bids: [], asks: [], stale: false });
    const timestamp = Math.floor(now / 60_000) * 60_000;
    live.streams.push('candles', btc, [{ timestamp, open: 1, high: 1, low: 1, close: 1, volume: 1, closed: false }]);
    live.streams.push('ticker', btc, tickerOf({ ...shared, last: 1, receivedAt: now, source: 'STREAM' }));
    await live.clock.advance(startTimeoutMs / 2 - 1);
    expect(states.map(({ outcome }) => outcome)).toEqual(states.map(() => 'started'));
  });
});

describe('a list', () => {
  test('with unknown symbols is refused, and the error names all of them', async () => {
    const state = watch(live.operations.tickers('kraken', [btc, 'NO/PE', eth, 'NO/PE2', 'NO/PE'], false));
    await settle();
    expect(state.error).toMatchObject({
      code: 'SYMBOL_NOT_FOUND',
      message: 'kraken has no markets "NO/PE", "NO/PE2"; skipUnknown: true leaves out unknown symbols.',
      details: { exchange: 'kraken', symbols: ['NO/PE', 'NO/PE2'] },
    });
  });

  test('leaves them out if they are to be skipped, unless none is left', async () => {
    const subscription = await live.operations.tickers('kraken', ['NO/PE', btc], true);
    const reader = live.follow(subscription, (value) => (value instanceof MarketDataError ? value.code : value.symbol));
    await settle();
    expect(reader.texts).toEqual([btc]);
    const state = watch(live.operations.tickers('kraken', ['NO/PE'], true));
    await settle();
    expect(state.outcome).toBe('SYMBOL_NOT_FOUND');
  });

  test('names unknown symbols also where the markets could not be listed before it started', async () => {
    const fetchMarkets = live.port.fetchMarkets.bind(live.port);
    let lists = 0;
    live.port.fetchMarkets = async (exchange) => {
      lists += 1;
      if (lists === 1) throw down;
      return fetchMarkets(exchange);
    };
    const state = watch(live.operations.tickers('kraken', [btc, 'NO/PE'], false));
    await live.clock.advance(pollIntervalMs);
    expect(state.error).toMatchObject({ code: 'SYMBOL_NOT_FOUND', details: { symbols: ['NO/PE'] } });
    await live.clock.advance(lingerMs);
    expect(live.feeds.counts).toEqual(nothing);
  });

  test('waits for no symbol whose kind could not be listed', async () => {
    const fetchMarkets = live.port.fetchMarkets.bind(live.port);
    live.port.set('SOL/USDT', down);
    live.port.fetchMarkets = async (exchange) => {
      const markets = new Map((await fetchMarkets(exchange)).value);
      markets.delete('SOL/USDT');
      const whyMissing = (symbol: string) => (symbol === 'SOL/USDT' ? down : null);
      return ofUnknownFreshness(Object.assign(markets, { whyMissing }));
    };
    const together = watch(live.operations.tickers('kraken', [btc, 'SOL/USDT'], false));
    const alone = watch(live.operations.ticker('kraken', 'SOL/USDT'));
    await settle();
    expect([together.outcome, alone.outcome]).toEqual(['started', null]);
    live.port.set('SOL/USDT', { last: 3 });
    await live.clock.advance(startTimeoutMs - 1);
    expect(alone.outcome).toBe('started');
  });

  test('is refused when the exchange fails for good for all symbols, not for one', async () => {
    live.port.set(btc, blocked);
    const some = watch(live.operations.tickers('kraken', [btc, eth], false));
    await settle();
    expect(some.outcome).toBe('started');
    live.port.set(eth, blocked);
    await live.clock.advance(staleMaxMs + pollIntervalMs);
    const none = watch(live.operations.tickers('kraken', [btc, eth], false));
    await live.clock.advance(startTimeoutMs);
    expect(none.outcome).toBe('GEO_BLOCKED');
  });
});

test('an error that names an exchange is passed on as it is', async () => {
  const state = watch(live.operations.ticker('krakn', btc));
  await settle();
  expect(state.outcome).toBe('EXCHANGE_NOT_FOUND');
  const empty = watch(live.operations.tickers('kraken', [], false));
  await settle();
  expect(empty.outcome).toBe('BAD_USER_INPUT');
});
