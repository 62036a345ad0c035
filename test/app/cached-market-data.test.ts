import { beforeEach, expect, test } from 'vitest';
import { createCachedMarketData } from '../../src/app/cached-market-data.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import type { MarketData } from '../../src/market/ports/market-data.ts';
import { FakeMarketData } from '../support/fakes/fake-market-data.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

let clock: ManualClock;
let port: FakeMarketData;
let marketData: MarketData;

beforeEach(() => {
  clock = new ManualClock();
  port = new FakeMarketData(clock);
  marketData = createCachedMarketData({
    upstream: port,
    clock,
    tickerTtlMs: 1000,
    staleMaxMs: 60_000,
    upstreamTimeoutMs: 10_000,
  });
});

test('an exchange that does not exist gives its error for each symbol and leaves nothing behind', async () => {
  const results = await marketData.fetchTickers('krakn', ['BTC/USDT', 'ETH/USDT']);
  expect([...results.keys()]).toEqual(['BTC/USDT', 'ETH/USDT']);
  for (const error of results.values()) {
    expect(error).toBeInstanceOf(MarketDataError);
    expect(error).toMatchObject({ code: 'EXCHANGE_NOT_FOUND', details: { suggestions: ['kraken'] } });
  }
  expect(port.tickerCalls).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('the same with maxAgeMs 0', async () => {
  const results = await marketData.fetchTickers('krakn', ['BTC/USDT'], { maxAgeMs: 0 });
  expect(results.get('BTC/USDT')).toMatchObject({ code: 'EXCHANGE_NOT_FOUND' });
  expect(port.tickerCalls).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('tickers and candles are kept, exchanges are passed through', async () => {
  port.set('BTC/USDT', { last: 1 });
  const answer = marketData.fetchTickers('kraken', ['BTC/USDT']);
  await clock.advance(10);
  await answer;
  await marketData.fetchTickers('kraken', ['BTC/USDT']);
  expect(port.tickerCalls).toHaveLength(1);

  const query = { exchange: 'kraken', symbol: 'BTC/USDT', timeframe: '1m', limit: 1 };
  port.setCandles([{ timestamp: clock.now(), open: 1, high: 1, low: 1, close: 1, volume: 1, closed: false }]);
  await marketData.fetchCandles(query);
  await marketData.fetchCandles(query);
  expect(port.rangeCalls).toHaveLength(1);

  expect(marketData.exchanges().map(({ id }) => id)).toEqual(['kraken', 'binance']);
  expect(marketData.exchange('kraken').id).toBe('kraken');
  expect(() => marketData.exchange('krakn')).toThrow('krakn');
});

test('an invalid result of the port is not used as an answer', async () => {
  port.exchange = () => {
    throw new TypeError('a bug');
  };
  marketData = createCachedMarketData({
    upstream: port,
    clock,
    tickerTtlMs: 1000,
    staleMaxMs: 60_000,
    upstreamTimeoutMs: 10_000,
  });
  await expect(marketData.fetchTickers('kraken', ['BTC/USDT'])).rejects.toThrow('a bug');
});
