import { beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { type LiveFeeds, lingerMs, pollIntervalMs, staleMaxMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';

const btc = 'BTC/USDT';
const eth = 'ETH/USDT';
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const timeout = new MarketDataError('TIMEOUT', 'too slow');
const useLive = useLiveFeeds();

let live: LiveFeeds;

beforeEach(() => {
  live = useLive();
  live.port.set(btc, { last: 1 });
  live.port.set(eth, { last: 2 });
});

describe('while an exchange fails that has worked before', () => {
  test('the last ticker is sent once more, marked stale, and a fresh one on recovery, although prices are equal', async () => {
    const reader = live.read([btc]);
    await live.clock.advance(pollIntervalMs);
    live.port.fail(down);
    await live.clock.advance(30 * pollIntervalMs);
    expect(reader.texts).toEqual(['BTC/USDT 1', 'BTC/USDT 1 stale']);
    live.port.fail(null);
    await live.clock.advance(30 * pollIntervalMs);
    expect(reader.texts).toEqual(['BTC/USDT 1', 'BTC/USDT 1 stale', 'BTC/USDT 1']);
  });

  test('the stale ticker keeps its times', async () => {
    const receivedAt = live.clock.now();
    const reader = live.read([btc]);
    await settle();
    live.port.fail(down);
    await live.clock.advance(pollIntervalMs);
    expect(reader.seen[1]).toMatchObject({ receivedAt, stale: true });
  });

  test('rounds back off and return to the interval with the first success', async () => {
    live.read([btc]);
    await settle();
    live.port.fail(down);
    const seconds: number[] = [];
    for (let second = 1; second <= 18; second++) {
      const calls = live.port.tickerCalls.length;
      await live.clock.advance(1000);
      if (live.port.tickerCalls.length > calls) seconds.push(second);
      if (second === 10) live.port.fail(null);
    }
    expect(seconds).toEqual([1, 2, 4, 8, 16, 17, 18]);
  });

  test('a pause that the exchange asked for is kept', async () => {
    live.read([btc]);
    await settle();
    live.port.fail(new MarketDataError('RATE_LIMITED', 'slow down', { retryAfterMs: 20_000 }));
    await live.clock.advance(pollIntervalMs);
    expect(live.port.tickerCalls).toHaveLength(2);
    await live.clock.advance(19_999);
    expect(live.port.tickerCalls).toHaveLength(2);
    await live.clock.advance(1);
    expect(live.port.tickerCalls).toHaveLength(3);
  });

  test('a new subscriber receives the stale ticker while it is no older than staleMaxMs, after that nothing until recovery', async () => {
    live.read([btc]);
    await settle();
    live.port.fail(down);
    await live.clock.advance(staleMaxMs);
    const inTime = live.read([btc]);
    await live.clock.advance(1);
    const late = live.read([btc]);
    await live.clock.advance(30_000);
    expect(inTime.texts).toEqual(['BTC/USDT 1 stale']);
    expect(late.texts).toEqual([]);
    live.port.fail(null);
    await live.clock.advance(30_000);
    expect(late.texts).toEqual(['BTC/USDT 1']);
  });

  test('its health is reported when it changes, not each round', async () => {
    live.read([btc]);
    await live.clock.advance(pollIntervalMs);
    live.port.fail(down);
    await live.clock.advance(20_000);
    live.port.fail(null);
    await live.clock.advance(30_000);
    expect(live.health).toEqual(['kraken EXCHANGE_UNAVAILABLE', 'kraken ok']);
  });

  test('one failing symbol is stale alone, and rounds keep their interval', async () => {
    const reader = live.read([btc, eth]);
    await settle();
    live.port.set(btc, timeout);
    for (let last = 3; last < 6; last++) {
      live.port.set(eth, { last });
      await live.clock.advance(pollIntervalMs);
    }
    expect(reader.texts.slice(2)).toEqual(['BTC/USDT 1 stale', 'ETH/USDT 3', 'ETH/USDT 4', 'ETH/USDT 5']);
    expect(live.health).toEqual([]);
  });

  test('a request that the exchange calls invalid ends no subscription: the symbol exists', async () => {
    const reader = live.read([btc]);
    await settle();
    live.port.set(btc, new MarketDataError('BAD_USER_INPUT', 'kraken refused the request as invalid.'));
    await live.clock.advance(10_000);
    live.port.set(btc, { last: 2 });
    await live.clock.advance(30_000);
    expect(reader.texts).toEqual(['BTC/USDT 1', 'BTC/USDT 1 stale', 'BTC/USDT 2']);
    expect(reader.ended).toBe(false);
  });

  test('a symbol that works ends the backoff that another one caused', async () => {
    live.port.set(btc, timeout);
    live.read([btc]);
    await live.clock.advance(17_000);
    const reader = live.read([eth]);
    await settle();
    for (let last = 3; last < 6; last++) {
      live.port.set(eth, { last });
      await live.clock.advance(pollIntervalMs);
    }
    expect(reader.texts).toEqual(['ETH/USDT 2', 'ETH/USDT 3', 'ETH/USDT 4', 'ETH/USDT 5']);
    expect(live.health).toEqual(['kraken TIMEOUT', 'kraken ok']);
  });

  test('a slow subscriber that did not see the failure does not receive the same ticker again', async () => {
    const events = live.feeds.tickers('kraken', [btc]);
    await events.next();
    live.port.fail(down);
    await live.clock.advance(pollIntervalMs);
    live.port.fail(null);
    await live.clock.advance(5 * pollIntervalMs);
    const next = events.next();
    live.port.set(btc, { last: 7 });
    await live.clock.advance(pollIntervalMs);
    expect(await next).toMatchObject({ value: { value: { last: 7, stale: false } } });
    await events.return?.();
  });
});

describe('an exchange that is down from the start', () => {
  test('sends nothing, then data once it recovers', async () => {
    live.port.fail(down);
    const reader = live.read([btc, eth]);
    await live.clock.advance(60_000);
    expect(reader.texts).toEqual([]);
    expect(reader.ended).toBe(false);
    live.port.fail(null);
    await live.clock.advance(30_000);
    expect(reader.texts).toEqual(['BTC/USDT 1', 'ETH/USDT 2']);
  });

  test('but has a cached last ticker sends that once, marked stale', async () => {
    live.port.set(btc, { last: 5, stale: true, receivedAt: live.clock.now() - 10_000 });
    const reader = live.read([btc]);
    await settle();
    live.port.fail(down);
    await live.clock.advance(30_000);
    expect(reader.texts).toEqual(['BTC/USDT 5 stale']);
    live.port.fail(null);
    live.port.set(btc, { last: 5 });
    await live.clock.advance(30_000);
    expect(reader.texts).toEqual(['BTC/USDT 5 stale', 'BTC/USDT 5']);
  });

  test('sends nobody a cached ticker that has just become too old', async () => {
    live.port.set(btc, { last: 5, stale: true, receivedAt: live.clock.now() - staleMaxMs });
    live.read([btc]);
    await live.clock.advance(1);
    const late = live.read([btc]);
    live.port.fail(down);
    await live.clock.advance(30_000);
    expect(late.texts).toEqual([]);
  });

  test('backs off and leaves nothing behind when all leave', async () => {
    live.port.fail(down);
    const reader = live.read([btc]);
    await live.clock.advance(60_000);
    expect(live.port.tickerCalls.length).toBeLessThan(10);
    await reader.leave();
    await live.clock.advance(lingerMs);
    expect(live.feeds.counts.polls).toBe(0);
  });
});
