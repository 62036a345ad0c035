import { beforeEach, expect, test } from 'vitest';
import { TradeCache } from '../../src/cache/trades.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import { FakeMarketData } from '../support/fakes/fake-market-data.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

const ttlMs = 1000;
const query = { exchange: 'kraken', symbol: 'BTC/USD', limit: 2 };
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');

let clock: ManualClock;
let port: FakeMarketData;
let cache: TradeCache;

beforeEach(() => {
  clock = new ManualClock();
  port = new FakeMarketData(clock);
  cache = new TradeCache({ upstream: port, clock, ttlMs });
});

test('equal queries for trades share one call within the ttl, and other queries make their own', async () => {
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

test('a failed call is not remembered', async () => {
  port.fail(down);
  await expect(cache.fetchTrades(query)).rejects.toBe(down);
  port.fail(null);
  expect((await cache.fetchTrades(query)).value).toEqual([]);
});
