import { beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { type LiveFeeds, lingerMs, pollIntervalMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';

const btc = 'BTC/USDT';
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const useLive = useLiveFeeds();

let live: LiveFeeds;

beforeEach(() => {
  live = useLive();
  live.port.set(btc, { last: 1 });
});

test('an exchange that failed when its last subscriber left is reported again when it fails again', async () => {
  const reader = live.read([btc]);
  await live.clock.advance(100);
  live.port.fail(down);
  await live.clock.advance(2 * pollIntervalMs);
  await reader.leave();
  await live.clock.advance(lingerMs);
  live.port.fail(null);
  live.read([btc]);
  await live.clock.advance(2 * pollIntervalMs);
  live.port.fail(down);
  await live.clock.advance(2 * pollIntervalMs);
  expect(live.health).toEqual(['kraken EXCHANGE_UNAVAILABLE', 'kraken EXCHANGE_UNAVAILABLE']);
});

test('a failing exchange is healthy again when its streams have spoken, although nothing is polled any longer', async () => {
  live.streams.offer('ticker');
  live.port.fail(down);
  live.read([btc]);
  await live.clock.advance(3 * pollIntervalMs);
  const now = live.clock.now();
  live.streams.push('ticker', btc, tickerOf({ exchange: 'kraken', symbol: btc, last: 2, timestamp: now }));
  await live.clock.advance(10_000);
  expect(live.health).toEqual(['kraken EXCHANGE_UNAVAILABLE', 'kraken ok']);
});

test('once the exchange has answered one poll group, those that failed with it do not wait any longer', async () => {
  const { clock, feeds, port } = live;
  const trade = { exchange: 'kraken', symbol: btc, id: '1', price: 1, amount: 1, cost: 1, side: 'buy' } as const;
  const before = { ...trade, timestamp: clock.now() - 1000 };
  port.setTrades([before]);
  const trades = live.follow(feeds.trades('kraken', btc), () => 'trades');
  await clock.advance(100);
  port.fail(down);
  // By then its pauses are long, and those of the ticker are not.
  await clock.advance(32_000);
  live.read([btc]);
  await clock.advance(1000);
  port.setTrades([before, { ...trade, id: '2', timestamp: clock.now() }]);
  port.fail(null);
  await clock.advance(4 * pollIntervalMs);
  expect(trades.texts).toEqual(['trades']);
});

test('a pause that the exchange asked for is kept, although the exchange has answered another poll group', async () => {
  const { clock, feeds, port } = live;
  const trade = { exchange: 'kraken', symbol: btc, id: '1', price: 1, amount: 1, cost: 1, side: 'buy' } as const;
  const before = { ...trade, timestamp: clock.now() - 1000 };
  const downFor = (retryAfterMs: number): MarketDataError =>
    new MarketDataError('EXCHANGE_UNAVAILABLE', 'down', { retryAfterMs });
  port.setTrades([before]);
  const trades = live.follow(feeds.trades('kraken', btc), () => 'trades');
  live.read([btc]);
  await clock.advance(100);
  port.setTrades(downFor(400));
  await clock.advance(32_000);
  port.setTrades(downFor(4000));
  const calls = port.tradeCalls.length;
  while (port.tradeCalls.length === calls) await clock.advance(100);
  port.setTrades([before, { ...trade, id: '2', timestamp: clock.now() }]);
  port.set(btc, down);
  await clock.advance(pollIntervalMs);
  port.set(btc, { last: 2 });
  await clock.advance(2 * pollIntervalMs);
  expect(port.tradeCalls).toHaveLength(calls + 1);
  await clock.advance(2 * pollIntervalMs);
  expect(trades.texts).toEqual(['trades']);
});

test('a market that could not be listed holds up no other of its kind', async () => {
  const details = { retryAfterMs: 600_000, isMarketMissing: true };
  live.port.set('ETH/USDT', new MarketDataError('EXCHANGE_UNAVAILABLE', 'not listed', details));
  const reader = live.read([btc]);
  live.read(['ETH/USDT']);
  await live.clock.advance(2 * pollIntervalMs);
  live.port.set(btc, { last: 2 });
  await live.clock.advance(10 * pollIntervalMs);
  expect(reader.texts.at(-1)).toContain('2');
  expect(reader.texts.join()).not.toContain('stale');
});

describe('a stream that is interrupted at the moment in which polling ends', () => {
  const moments = [1, 2, 3].flatMap((read) => Array.from({ length: 16 }, (_, depth) => [read, depth] as const));

  test.each(moments)('after %i readings of the clock and %i promises is polled', async (read, depth) => {
    live.streams.offer('ticker');
    live.read([btc]);
    await live.clock.advance(100);
    const now = live.clock.now();
    const ticker = { exchange: 'kraken', symbol: btc, last: 2, timestamp: now, receivedAt: now };
    live.streams.push('ticker', btc, tickerOf({ ...ticker, source: 'STREAM' }));
    const calls = live.port.tickerCalls.length;
    const original = live.clock.now;
    let reads = 0;
    // At one of the first readings the round finds that nobody wants a poll, and ends.
    live.clock.now = () => {
      reads += 1;
      if (reads === read) {
        live.clock.now = original;
        let chain = Promise.resolve();
        for (let turn = 0; turn < depth; turn++) chain = chain.then(() => {});
        void chain.then(() => live.streams.interrupt('ticker', btc));
      }
      return original();
    };
    await live.clock.advance(3 * pollIntervalMs);
    live.clock.now = original;
    expect(live.port.tickerCalls.length).toBeGreaterThan(calls);
  });
});

describe('while other markets of its exchange fail', () => {
  const eth = 'ETH/USDT';

  /** ETH streams; BTC is polled, and fails with the error. */
  async function begin(error: MarketDataError) {
    live.streams.offer('ticker');
    live.port.set(eth, { last: 1 });
    live.port.set(btc, error);
    live.read([btc]);
    const reader = live.read([eth]);
    await live.clock.advance(100);
    const [timestamp, receivedAt] = [live.clock.now(), live.clock.now()];
    const ticker = { exchange: 'kraken', symbol: eth, last: 2, timestamp, receivedAt, source: 'STREAM' } as const;
    live.streams.push('ticker', eth, tickerOf(ticker));
    live.port.set(eth, { last: 2 });
    await live.clock.advance(10 * pollIntervalMs);
    live.port.set(eth, { last: 3 });
    return reader;
  }

  test('a market whose stream is interrupted is polled within an interval, and does not fail with the others', async () => {
    const reader = await begin(new MarketDataError('BAD_EXCHANGE_RESPONSE', 'no sense', { retryable: true }));
    live.streams.interrupt('ticker', eth);
    await live.clock.advance(pollIntervalMs);
    expect(reader.texts).toEqual([`${eth} 1`, `${eth} 2`, `${eth} 3`]);
  });

  test('nothing is polled before the end of the pause that the exchange asked for', async () => {
    const reader = await begin(new MarketDataError('RATE_LIMITED', 'not now', { retryAfterMs: 60_000 }));
    const calls = live.port.tickerCalls.length;
    live.streams.interrupt('ticker', eth);
    await live.clock.advance(10 * pollIntervalMs);
    expect(reader.texts.at(-1)).toBe(`${eth} 2 stale`);
    expect(live.port.tickerCalls).toHaveLength(calls);
    live.port.set(btc, { last: 1 });
    await live.clock.advance(60_000);
    expect(reader.texts.at(-1)).toBe(`${eth} 3`);
  });

  test('a stream that fails to connect again and again does not make polls more frequent', async () => {
    await begin(down);
    live.port.fail(down);
    live.streams.interrupt('ticker', eth);
    await live.clock.advance(60_000);
    const calls = live.port.tickerCalls.length;
    for (let second = 0; second < 60; second++) {
      live.streams.interrupt('ticker', eth);
      await live.clock.advance(1000);
    }
    expect(live.port.tickerCalls.length - calls).toBeLessThanOrEqual(6);
  });
});

test('a query that succeeds does not throw away the answers of a round', async () => {
  live.port.set('ETH/USDT', { last: 1 });
  live.port.fail(down);
  const reader = live.read([btc, 'ETH/USDT']);
  await live.clock.advance(20 * pollIntervalMs);
  live.port.fail(null);
  // Each round takes two seconds, and a query is answered each half second.
  const fetchTickers = live.port.fetchTickers.bind(live.port);
  live.port.fetchTickers = async (exchange, symbols, options) => {
    await new Promise<void>((resolve) => live.clock.after(2000, resolve));
    return fetchTickers(exchange, symbols, options);
  };
  for (let half = 0; half < 60; half++) {
    await live.clock.advance(500);
    live.feeds.offerTicker(tickerOf({ exchange: 'kraken', symbol: btc, last: 1, receivedAt: live.clock.now() }));
  }
  expect(reader.texts.at(-1)).toBe('ETH/USDT 1');
  live.port.fetchTickers = fetchTickers;
  await live.clock.advance(5000);
});

test('a market whose stream is interrupted during a pause of the exchange is stale at once', async () => {
  live.streams.offer('ticker');
  live.port.set('ETH/USDT', { last: 1 });
  live.port.set('XRP/USDT', { last: 1 });
  const reader = live.read([btc, 'ETH/USDT', 'XRP/USDT']);
  const push = (): void => {
    const [timestamp, receivedAt] = [live.clock.now(), live.clock.now()];
    const ticker = { exchange: 'kraken', symbol: btc, last: 1, timestamp, receivedAt, source: 'STREAM' } as const;
    live.streams.push('ticker', btc, tickerOf(ticker));
  };
  await live.clock.advance(100);
  push();
  live.port.set('ETH/USDT', new MarketDataError('RATE_LIMITED', 'not now', { retryAfterMs: 600_000 }));
  for (let second = 0; second < 8; second++) {
    await live.clock.advance(1000);
    push();
  }
  live.streams.interrupt('ticker', btc);
  await live.clock.advance(100);
  expect(reader.texts.at(-1)).toBe(`${btc} 1 stale`);
});
