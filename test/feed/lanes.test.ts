import { beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../src/market/error.ts';
import { tickerOf } from '../support/fake-market-data.ts';
import { type LiveFeeds, lingerMs, pollIntervalMs, useLiveFeeds } from '../support/live-feeds.ts';

const btc = 'BTC/USDT';
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const useLive = useLiveFeeds();

let live: LiveFeeds;

beforeEach(() => {
  live = useLive();
  live.port.set(btc, { last: 1 });
});

test('an exchange that failed when its last subscriber left is reported anew when it fails again', async () => {
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

test('an exchange that fails is well again when its streams have spoken, though nothing is polled any more', async () => {
  live.streams.offer('ticker');
  live.port.fail(down);
  live.read([btc]);
  await live.clock.advance(3 * pollIntervalMs);
  const now = live.clock.now();
  live.streams.push('ticker', btc, tickerOf({ exchange: 'kraken', symbol: btc, last: 2, timestamp: now }));
  await live.clock.advance(10_000);
  expect(live.health).toEqual(['kraken EXCHANGE_UNAVAILABLE', 'kraken ok']);
});

describe('a stream that breaks off at the moment in which polling ends', () => {
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
