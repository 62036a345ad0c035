import { beforeEach, expect, test } from 'vitest';
import { MarkPriceCache } from '../../src/cache/mark-prices.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import type { FetchOptions, MarkPriceResult, MarkPriceResults } from '../../src/market/ports/market-data.ts';
import { FakeMarkPrices } from '../support/fakes/fake-mark-prices.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

const [btc, eth] = ['BTC/USDT:USDT', 'ETH/USDT:USDT'];
const ttlMs = 1000;

let clock: ManualClock;
let port: FakeMarkPrices;
let lookups: boolean[];
let cache: MarkPriceCache;

beforeEach(() => {
  clock = new ManualClock();
  port = new FakeMarkPrices();
  port.set(btc, { markPrice: 5, indexPrice: 4 });
  port.set(eth, { markPrice: 3 });
  lookups = [];
  cache = new MarkPriceCache({ upstream: port, clock, ttlMs, onLookup: (isHit) => lookups.push(isHit) });
});

/** Fetches, and lets the time pass in which markets are gathered. */
async function fetchPrices(symbols: readonly string[], options?: FetchOptions): Promise<MarkPriceResults> {
  const results = cache.fetchMarkPrices('kraken', symbols, options);
  await clock.advance(10);
  return results;
}

const calls = (): readonly (readonly string[])[] => port.calls.map(({ symbols }) => symbols);

function requirePrice(result: MarkPriceResult | undefined) {
  if (!result || result instanceof MarketDataError) throw new Error('there is no price');
  return result;
}

test('what is asked for within a moment is one call, for each market once', async () => {
  const first = fetchPrices([btc, eth]);
  const second = cache.fetchMarkPrices('kraken', [eth]);
  expect(requirePrice((await first).get(btc)).value).toMatchObject({ symbol: btc, markPrice: 5, indexPrice: 4 });
  expect(requirePrice((await second).get(eth)).value).toMatchObject({ markPrice: 3, indexPrice: null });
  expect(calls()).toEqual([[btc, eth]]);
});

test('other kinds of market and other exchanges have their own calls', async () => {
  port.set('BTC/USD:BTC', { markPrice: 6 });
  void cache.fetchMarkPrices('binance', [btc]);
  await fetchPrices([btc, 'BTC/USD:BTC']);
  expect(calls()).toEqual([[btc], [btc], ['BTC/USD:BTC']]);
});

test('a price answers for its time to live, and says so', async () => {
  const { freshUntil } = requirePrice((await fetchPrices([btc])).get(btc));
  expect(freshUntil).toBe(clock.now() + ttlMs);
  await clock.advance(ttlMs - 1);
  await fetchPrices([btc]);
  expect(calls()).toHaveLength(1);
  await fetchPrices([btc]);
  expect(calls()).toHaveLength(2);
  expect(lookups).toEqual([false, true, false]);
});

test('with maxAgeMs 0 the exchange is asked', async () => {
  await fetchPrices([btc]);
  const { freshUntil } = requirePrice((await fetchPrices([btc], { maxAgeMs: 0 })).get(btc));
  expect(freshUntil).toBeLessThanOrEqual(clock.now());
  expect(port.calls.map(({ options }) => options?.maxAgeMs)).toEqual([ttlMs, 0]);
});

test('an error answers for its market, for as long as a price would, instead of the last price', async () => {
  await fetchPrices([btc, eth]);
  await clock.advance(ttlMs);
  port.set(btc, new MarketDataError('TIMEOUT', 'too late'));
  for (let time = 0; time < 3; time++) {
    const results = await fetchPrices([btc, eth]);
    expect(results.get(btc)).toMatchObject({ code: 'TIMEOUT', details: { symbol: btc } });
    expect(requirePrice(results.get(eth)).value.markPrice).toBe(3);
  }
  expect(calls()).toHaveLength(2);
  port.set(btc, { markPrice: 7 });
  await clock.advance(ttlMs);
  expect(requirePrice((await fetchPrices([btc])).get(btc)).value.markPrice).toBe(7);
});

test('a price that is asked for again and again is renewed in the background, in one call for all', async () => {
  for (let time = 0; time < 6; time++) {
    await fetchPrices([btc, eth]);
    await clock.advance(ttlMs);
  }
  const before = calls().length;
  const results = cache.fetchMarkPrices('kraken', [btc, eth]);
  expect(requirePrice((await results).get(btc)).reusableUntil).toBeGreaterThan(clock.now());
  await clock.advance(10);
  expect(calls().slice(before)).toEqual([[btc, eth]]);
  expect(port.calls.at(-1)?.options).toEqual({ maxAgeMs: ttlMs, isRenewal: true });
});

test('a price that another cache has had for a while answers for what is left of its time', async () => {
  const fetchMarkPrices = port.fetchMarkPrices.bind(port);
  port.fetchMarkPrices = async (...given) => {
    const results = await fetchMarkPrices(...given);
    const freshUntil = clock.now() + 300;
    return new Map([...results].map(([symbol, result]) => [symbol, { ...requirePrice(result), freshUntil }]));
  };
  await fetchPrices([btc]);
  await clock.advance(299);
  await fetchPrices([btc]);
  expect(calls()).toHaveLength(1);
  await fetchPrices([btc]);
  expect(calls()).toHaveLength(2);
});
