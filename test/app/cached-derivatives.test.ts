import { beforeEach, describe, expect, test } from 'vitest';
import { createCachedMarketData } from '../../src/app/cached-market-data.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import type { DerivativeData } from '../../src/market/ports/market-data.ts';
import { FakeMarketData } from '../support/fakes/fake-market-data.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

const exchange = 'kraken';
const [btc, eth] = ['BTC/USD:USD', 'ETH/USD:USD'] as const;
const tickerTtlMs = 1000;
const ttlMs = 10 * tickerTtlMs;
const staleMaxMs = 60_000;
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'the exchange is down');

let clock: ManualClock;
let port: FakeMarketData;
let cached: DerivativeData;

beforeEach(() => {
  clock = new ManualClock();
  port = new FakeMarketData(clock);
  cached = createCachedMarketData({
    upstream: port,
    clock,
    tickerTtlMs,
    staleMaxMs,
    upstreamTimeoutMs: 10_000,
  }).derivatives;
});

async function settled<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => {});
  if (clock.pending > 0) await clock.advance(10);
  return answer;
}

async function rates(...symbols: readonly string[]) {
  const results = await settled(cached.fetchFundingRates(exchange, symbols));
  return [...results.values()].map((result) =>
    result instanceof MarketDataError ? result.code : `${result.value.rate}${result.value.stale ? ' stale' : ''}`,
  );
}

describe('funding rates', () => {
  test('of many markets are one call, and none for ten times as long as tickers', async () => {
    port.derivatives.setRate({ rate: 1 });
    const answers = Promise.all([
      cached.fetchFundingRates(exchange, [btc]),
      cached.fetchFundingRates(exchange, [eth, btc]),
    ]);
    await settled(answers);
    expect(port.derivatives.rateCalls).toEqual([{ exchange, symbols: [btc, eth] }]);
    await clock.advance(ttlMs - 20);
    expect(await rates(btc, eth)).toEqual(['1', '1']);
    expect(port.derivatives.rateCalls).toHaveLength(1);
    await clock.advance(20);
    await rates(btc);
    expect(port.derivatives.rateCalls).toHaveLength(2);
  });

  test('are marked stale while the exchange fails, until they are too old', async () => {
    port.derivatives.setRate({ rate: 1 });
    await rates(btc);
    await clock.advance(ttlMs);
    port.derivatives.fail(down);
    expect(await rates(btc)).toEqual(['1 stale']);
    await clock.advance(staleMaxMs);
    expect(await rates(btc)).toEqual(['EXCHANGE_UNAVAILABLE']);
    port.derivatives.fail(null);
    await clock.advance(ttlMs);
    expect(await rates(btc)).toEqual(['1']);
  });

  test('are not hidden behind a last known one if the market is gone', async () => {
    await rates(btc);
    await clock.advance(ttlMs);
    port.derivatives.fail(new MarketDataError('NOT_SUPPORTED', 'no funding here'));
    expect(await rates(btc)).toEqual(['NOT_SUPPORTED']);
  });

  test('of an exchange that does not exist are its error, for each symbol', async () => {
    const results = await cached.fetchFundingRates('krakn', [btc, eth]);
    for (const error of results.values()) expect(error).toMatchObject({ code: 'EXCHANGE_NOT_FOUND' });
    expect(results.size).toBe(2);
    expect(clock.pending).toBe(0);
  });
});

describe('open interest', () => {
  const ask = (symbol: string = btc) => settled(cached.fetchOpenInterest({ exchange, symbol }));

  test('is asked for once, and marked stale while the exchange fails', async () => {
    port.derivatives.setInterest({ amount: 5 });
    await settled(Promise.all([ask(), ask()]));
    expect(port.derivatives.interestCalls).toHaveLength(1);
    await clock.advance(ttlMs);
    port.derivatives.fail(down);
    expect((await ask()).value).toMatchObject({ amount: 5, stale: true });
    await clock.advance(staleMaxMs);
    await expect(ask()).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  });

  test('of one market does not wait for another', async () => {
    const hanging = port.derivatives.fetchOpenInterest.bind(port.derivatives);
    port.derivatives.fetchOpenInterest = (market) => (market.symbol === eth ? new Promise(() => {}) : hanging(market));
    void cached.fetchOpenInterest({ exchange, symbol: eth });
    expect((await ask(btc)).value.symbol).toBe(btc);
  });

  test('of an exchange that does not exist is its error at once, and the cache knows nothing of it', async () => {
    const asking = cached.fetchOpenInterest({ exchange: 'krakn', symbol: btc });
    expect(clock.pending).toBe(0);
    await expect(asking).rejects.toMatchObject({ code: 'EXCHANGE_NOT_FOUND' });
  });
});

describe('histories', () => {
  test('are kept by everything that was asked for', async () => {
    const market = { exchange, symbol: btc };
    await cached.fetchFundingRateHistory({ ...market, limit: 1 });
    await cached.fetchFundingRateHistory({ ...market, limit: 1 });
    await cached.fetchFundingRateHistory({ ...market, limit: 1, since: 5 });
    await cached.fetchFundingRateHistory({ ...market, limit: 1, until: 5 });
    expect(port.derivatives.rateHistoryCalls).toHaveLength(3);
    for (const timeframe of ['1h', '4h', '1h'])
      await cached.fetchOpenInterestHistory({ ...market, limit: 1, timeframe });
    expect(port.derivatives.interestHistoryCalls).toHaveLength(2);
    await clock.advance(ttlMs);
    await cached.fetchFundingRateHistory({ ...market, limit: 1 });
    expect(port.derivatives.rateHistoryCalls).toHaveLength(4);
  });
});
