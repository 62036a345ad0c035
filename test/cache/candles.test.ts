import { beforeEach, expect, test } from 'vitest';
import { createCandleCache } from '../../src/cache/candles.ts';
import type { Candle, CandleQuery } from '../../src/market/candle.ts';
import { MarketDataError } from '../../src/market/error.ts';
import type { MarketData } from '../../src/market/market-data.ts';
import { FakeMarketData } from '../support/fake-market-data.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';

const ttlMs = 1000;
const query: CandleQuery = { exchange: 'kraken', symbol: 'BTC/USDT', timeframe: '1m', limit: 10 };

let clock: ManualClock;
let port: FakeMarketData;
let cache: Pick<MarketData, 'fetchCandles'>;

beforeEach(() => {
  clock = new ManualClock();
  port = new FakeMarketData(clock);
  port.setCandles([candle(1)]);
  cache = createCandleCache({ upstream: port, clock, ttlMs });
});

function candle(close: number): Candle {
  return { timestamp: 0, open: 1, high: 2, low: 1, close, volume: 1, closed: true };
}

test('the same query within ttlMs is one call, and another after', async () => {
  expect(await cache.fetchCandles(query)).toEqual([candle(1)]);
  port.setCandles([candle(2)]);
  await clock.advance(ttlMs - 1);
  expect(await cache.fetchCandles({ ...query })).toEqual([candle(1)]);
  expect(port.candleCalls).toHaveLength(1);
  await clock.advance(2);
  expect(await cache.fetchCandles(query)).toEqual([candle(2)]);
  expect(port.candleCalls).toHaveLength(2);
});

test('time is read anew for each query', async () => {
  let now = clock.now();
  cache = createCandleCache({ upstream: port, clock: { now: () => now, after: () => () => {} }, ttlMs });
  await cache.fetchCandles(query);
  const fresh = cache.fetchCandles(query);
  now += ttlMs + 1;
  await Promise.all([fresh, cache.fetchCandles(query)]);
  expect(port.candleCalls).toHaveLength(2);
});

test('with ttlMs 0 an answer lasts a millisecond and not for ever', async () => {
  cache = createCandleCache({ upstream: port, clock, ttlMs: 0 });
  await cache.fetchCandles(query);
  await clock.advance(2);
  await cache.fetchCandles(query);
  expect(port.candleCalls).toHaveLength(2);
});

test('the same query while the first is under way is one call, however long that takes', async () => {
  const release = port.hold();
  const first = cache.fetchCandles(query);
  await clock.advance(10 * ttlMs);
  const others = Array.from({ length: 100 }, () => cache.fetchCandles({ ...query }));
  await settle();
  release();
  for (const answer of [first, ...others]) expect(await answer).toEqual([candle(1)]);
  expect(port.candleCalls).toEqual([query]);
});

test('what differs in any part is a separate query', async () => {
  const queries: readonly CandleQuery[] = [
    query,
    { ...query, exchange: 'binance' },
    { ...query, symbol: 'ETH/USDT' },
    { ...query, timeframe: '1h' },
    { ...query, limit: 11 },
    { ...query, since: 5 },
    { ...query, until: 5 },
    { ...query, since: 5, until: 6 },
  ];
  await Promise.all(queries.map((each) => cache.fetchCandles(each)));
  await Promise.all(queries.map((each) => cache.fetchCandles(each)));
  expect(port.candleCalls).toEqual(queries);
});

test('an error reaches all who wait and is not kept', async () => {
  const error = new MarketDataError('TIMEOUT', 'too slow');
  port.setCandles(error);
  const answers = await Promise.allSettled([cache.fetchCandles(query), cache.fetchCandles(query)]);
  expect(answers).toEqual([
    { status: 'rejected', reason: error },
    { status: 'rejected', reason: error },
  ]);
  expect(port.candleCalls).toHaveLength(1);
  port.setCandles([candle(3)]);
  expect(await cache.fetchCandles(query)).toEqual([candle(3)]);
});

test('an expired answer does not stand in for an error', async () => {
  await cache.fetchCandles(query);
  await clock.advance(ttlMs + 1);
  port.setCandles(new MarketDataError('TIMEOUT', 'too slow'));
  await expect(cache.fetchCandles(query)).rejects.toMatchObject({ code: 'TIMEOUT' });
});

test('no candles are an answer too', async () => {
  port.setCandles([]);
  expect(await cache.fetchCandles(query)).toEqual([]);
  expect(await cache.fetchCandles(query)).toEqual([]);
  expect(port.candleCalls).toHaveLength(1);
});

test('a query under way answers even when large answers have taken its place meanwhile', async () => {
  const release = port.hold();
  const slow = cache.fetchCandles(query);
  await settle();
  port.hold()();
  port.setCandles(new Array<Candle>(199_999).fill(candle(4)));
  await cache.fetchCandles({ ...query, limit: 199_999 });
  await cache.fetchCandles({ ...query, limit: 199_998 });
  port.setCandles([candle(1)]);
  release();
  expect(await slow).toEqual([candle(1)]);
});

test('leaves no timer behind', async () => {
  await cache.fetchCandles(query);
  expect(clock.pending).toBe(0);
});
