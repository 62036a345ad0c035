import { beforeEach, describe, expect, test } from 'vitest';
import { LiveMarketData } from '../../../src/feed/live/live-market-data.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { DerivativeData } from '../../../src/market/ports/market-data.ts';
import { type LiveFeeds, lingerMs, staleMaxMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';

const btc = 'BTC/USDT:USDT';
const eth = 'ETH/USDT:USDT';
const minute = 60_000;
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const useLive = useLiveFeeds();

let live: LiveFeeds;
let data: DerivativeData;

beforeEach(() => {
  live = useLive();
  live.port.derivatives.setRate({ rate: 1 });
  live.port.derivatives.setInterest({ amount: 10 });
  data = new LiveMarketData({ upstream: live.port, feeds: live.feeds, clock: live.clock, staleMaxMs }).derivatives;
});

async function rateOf(symbol: string): Promise<unknown> {
  const result = (await data.fetchFundingRates('kraken', [symbol])).get(symbol);
  return result instanceof MarketDataError ? result.code : result?.value;
}

const interest = () => data.fetchOpenInterest({ exchange: 'kraken', symbol: btc });

test('live funding rates answer without a call, and only the others are fetched', async () => {
  live.follow(live.feeds.derivatives.fundingRate('kraken', btc), () => '');
  await live.clock.advance(1000);
  live.port.derivatives.rateCalls.length = 0;
  live.port.derivatives.setRate({ rate: 2 });
  const results = await data.fetchFundingRates('kraken', [btc, eth]);
  expect([...results].sort()).toMatchObject([
    [btc, { value: { rate: 1 }, freshUntil: Number.POSITIVE_INFINITY }],
    [eth, { value: { rate: 2 } }],
  ]);
  expect(live.port.derivatives.rateCalls).toEqual([{ exchange: 'kraken', symbols: [eth] }]);
});

test('an answer is current until the feed has another value', async () => {
  live.follow(live.feeds.derivatives.fundingRate('kraken', btc), () => '');
  live.follow(live.feeds.derivatives.openInterest('kraken', btc), () => '');
  await live.clock.advance(1000);
  const rate = (await data.fetchFundingRates('kraken', [btc])).get(btc);
  const open = await interest();
  const isCurrent = () => [rate instanceof MarketDataError ? null : rate?.isCurrent?.(), open.isCurrent?.()];
  expect(isCurrent()).toEqual([true, true]);
  live.port.derivatives.setRate({ rate: 2 });
  live.port.derivatives.setInterest({ amount: 11 });
  await live.clock.advance(minute);
  expect(isCurrent()).toEqual([false, false]);
});

test('live open interest answers without a call', async () => {
  live.follow(live.feeds.derivatives.openInterest('kraken', btc), () => '');
  await live.clock.advance(1000);
  live.port.derivatives.interestCalls.length = 0;
  expect(await interest()).toMatchObject({ value: { amount: 10, stale: false } });
  expect(live.port.derivatives.interestCalls).toEqual([]);
});

/** The exchange streams this rate now. */
function stream(rate: number): void {
  const now = live.clock.now();
  const unknown = { nextRate: null, intervalMs: null, nextFundingTime: null, markPrice: null, indexPrice: null };
  const market = { exchange: 'kraken', symbol: btc, source: 'STREAM', stale: false } as const;
  live.streams.push('fundingRate', btc, { ...market, ...unknown, rate, timestamp: now, receivedAt: now });
}

test('a rate that is no longer live is not followed by an older one that was fetched before', async () => {
  const before = live.clock.now();
  live.streams.offer('fundingRate');
  const reader = live.follow(live.feeds.derivatives.fundingRate('kraken', btc), () => '');
  await live.clock.advance(100);
  stream(2);
  expect(await rateOf(btc)).toMatchObject({ rate: 2 });
  await reader.leave();
  await live.clock.advance(lingerMs);
  live.port.derivatives.setRate({ rate: 1, receivedAt: before });
  const { derivatives } = live.port;
  const fetchFundingRates = derivatives.fetchFundingRates.bind(derivatives);
  derivatives.fetchFundingRates = async (exchange, symbols, ...options: readonly { maxAgeMs?: number }[]) => {
    if (options[0]?.maxAgeMs === 1) derivatives.setRate({ rate: 3 });
    return fetchFundingRates(exchange, symbols);
  };
  expect(await rateOf(btc)).toMatchObject({ rate: 3 });
});

test('of two stale rates, the later one answers', async () => {
  const before = live.clock.now();
  live.streams.offer('fundingRate');
  live.follow(live.feeds.derivatives.fundingRate('kraken', btc), () => '');
  await live.clock.advance(100);
  stream(2);
  live.streams.interrupt('fundingRate', btc, down);
  live.port.derivatives.setRate({ rate: 1, receivedAt: before, stale: true });
  await live.clock.advance(2 * minute);
  expect(await rateOf(btc)).toMatchObject({ rate: 2, stale: true });
});

describe('while the exchange fails', () => {
  beforeEach(async () => {
    live.follow(live.feeds.derivatives.fundingRate('kraken', btc), () => '');
    live.follow(live.feeds.derivatives.openInterest('kraken', btc), () => '');
    await live.clock.advance(1000);
    live.port.derivatives.fail(down);
    await live.clock.advance(2 * minute);
  });

  test('the last known values answer, marked stale, until they are too old', async () => {
    expect(await rateOf(btc)).toMatchObject({ rate: 1, stale: true });
    expect(await interest()).toMatchObject({ value: { amount: 10, stale: true }, freshUntil: 0 });
    await live.clock.advance(4 * minute);
    expect(await rateOf(btc)).toBe('EXCHANGE_UNAVAILABLE');
    await expect(interest()).rejects.toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  });

  test('markets that are not live fail', async () => {
    expect(await rateOf(eth)).toBe('EXCHANGE_UNAVAILABLE');
  });
});

test('histories come from the exchange', async () => {
  live.port.derivatives.setPayments([{ timestamp: 1, rate: 2 }]);
  const query = { exchange: 'kraken', symbol: btc, limit: 1 };
  expect((await data.fetchFundingRateHistory(query)).value).toEqual([{ timestamp: 1, rate: 2 }]);
  expect((await data.fetchOpenInterestHistory({ ...query, timeframe: '1h' })).value).toMatchObject([{ amount: 10 }]);
});
