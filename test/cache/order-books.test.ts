import { beforeEach, describe, expect, test } from 'vitest';
import { createCachedMarketData } from '../../src/app/cached-market-data.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import type { MarketData } from '../../src/market/ports/market-data.ts';
import { FakeMarketData } from '../support/fake-market-data.ts';
import { ManualClock } from '../support/manual-clock.ts';

const ttlMs = 1000;
const staleMaxMs = 60_000;
const query = { exchange: 'kraken', symbol: 'BTC/USD', limit: 2 };
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const bids = [3, 2, 1].map((price) => ({ price, amount: 1 }));

let clock: ManualClock;
let port: FakeMarketData;
let cache: MarketData;

beforeEach(() => {
  clock = new ManualClock();
  port = new FakeMarketData(clock);
  port.setOrderBook({ bids });
  cache = createCachedMarketData({ upstream: port, clock, tickerTtlMs: ttlMs, staleMaxMs, upstreamTimeoutMs: 10_000 });
});

describe('order books', () => {
  test('of the same query cost one call within the ttl, and while one is under way', async () => {
    const release = port.hold();
    const both = [cache.fetchOrderBook(query), cache.fetchOrderBook(query)];
    release();
    const [one, other] = await Promise.all(both);
    expect(one).toBe(other);
    await clock.advance(ttlMs - 1);
    await cache.fetchOrderBook(query);
    expect(port.orderBookCalls).toHaveLength(1);
    await cache.fetchOrderBook({ ...query, limit: 3 });
    await cache.fetchOrderBook({ ...query, symbol: 'ETH/USD' });
    expect(port.orderBookCalls).toHaveLength(3);
    await clock.advance(2);
    await cache.fetchOrderBook(query);
    expect(port.orderBookCalls).toHaveLength(4);
  });

  test('are fetched in any case by who wants no memory, and remembered for the others', async () => {
    await cache.fetchOrderBook(query);
    await cache.fetchOrderBook(query, { maxAgeMs: 0 });
    await cache.fetchOrderBook(query);
    expect(port.orderBookCalls).toHaveLength(2);
  });

  test('are the last known, marked stale and cut to the limit, while the exchange fails', async () => {
    await cache.fetchOrderBook({ ...query, limit: 3 });
    port.fail(down);
    await clock.advance(ttlMs + 1);
    const book = await cache.fetchOrderBook(query);
    expect(book).toMatchObject({ stale: true, bids: bids.slice(0, 2) });
    await cache.fetchOrderBook(query);
    expect(port.orderBookCalls).toHaveLength(2);
    await clock.advance(staleMaxMs);
    await expect(cache.fetchOrderBook(query)).rejects.toBe(down);
    port.fail(null);
    await clock.advance(ttlMs + 1);
    expect((await cache.fetchOrderBook(query)).stale).toBe(false);
  });

  test('that do not exist are no last known ones', async () => {
    await cache.fetchOrderBook(query);
    await clock.advance(ttlMs + 1);
    port.setOrderBook(new MarketDataError('SYMBOL_NOT_FOUND', 'gone'));
    await expect(cache.fetchOrderBook(query)).rejects.toMatchObject({ code: 'SYMBOL_NOT_FOUND' });
  });
});

test('trades of the same query cost one call within the ttl, and others one of their own', async () => {
  await Promise.all([cache.fetchTrades(query), cache.fetchTrades(query)]);
  expect(port.tradeCalls).toHaveLength(1);
  await cache.fetchTrades({ ...query, since: 1 });
  await cache.fetchTrades({ ...query, since: 2 });
  await cache.fetchTrades({ ...query, limit: 3 });
  expect(port.tradeCalls).toHaveLength(4);
  port.fail(down);
  await cache.fetchTrades(query);
  await clock.advance(ttlMs + 1);
  await expect(cache.fetchTrades(query)).rejects.toBe(down);
});
