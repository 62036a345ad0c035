import { beforeEach, expect, test } from 'vitest';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { candlesInDoubt } from '../../../src/market/model/candle-errors.ts';
import type { FetchOptions } from '../../../src/market/ports/market-data.ts';
import { failureOf } from '../../support/exchange/venue-client.ts';
import { TrueCandles } from '../../support/fakes/candle-source.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';

const minuteMs = 60_000;
const pageMs = 100 * minuteMs;
const series = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1h' } as const;
const minutes = { ...series, timeframe: '1m' } as const;
const now = Date.UTC(2026, 2, 4, 12, 34, 56, 789);
const past = Math.floor((now - 48 * 60 * minuteMs) / pageMs) * pageMs;
const current = Math.floor(now / pageMs) * pageMs;
const options = { ttlMs: 1000, timeoutMs: 30_000 } as const;

let clock: ManualClock;
let exchange: TrueCandles;
let owner: CandleStore;

beforeEach(() => {
  clock = new ManualClock(now);
  exchange = new TrueCandles(clock);
  owner = new CandleStore({ source: exchange, clock, ...options });
});

test('ranges that overlap share the calls', async () => {
  const first = await owner.fetchCandleRange({ ...minutes, since: past, until: past + 3 * pageMs });
  expect(first).toMatchObject({ from: past, next: null, candles: exchange.within('1m', past, past + 3 * pageMs) });
  const since = past + pageMs + 5 * minuteMs;
  expect(await owner.fetchCandleRange({ ...minutes, since, until: past + 3 * pageMs })).toMatchObject({
    from: since,
    candles: exchange.within('1m', since, past + 3 * pageMs),
  });
  await owner.fetchCandles({ ...minutes, since: past, limit: 300 });
  expect(exchange.calls).toHaveLength(1);
});

test('the first candle after the range is named, from the pages or from the call', async () => {
  exchange.isGap = (timestamp) => timestamp >= past + 50 * minuteMs && timestamp < past + 70 * minuteMs;
  const source = {
    candleLimits: exchange.candleLimits,
    fetchCandleRange: async (range: Parameters<typeof exchange.fetchCandleRange>[0]) => ({
      ...(await exchange.fetchCandleRange(range)),
      next: range.until + 7 * minuteMs,
    }),
  };
  const store = new CandleStore({ source, clock, ...options });
  const nextAfter = async (until: number) => (await store.fetchCandleRange({ ...minutes, since: past, until })).next;
  expect(await nextAfter(past + 55 * minuteMs)).toBe(past + 70 * minuteMs);
  expect(await nextAfter(past + 80 * minuteMs)).toBe(past + 80 * minuteMs);
  expect(await nextAfter(past + pageMs)).toBe(past + pageMs + 7 * minuteMs);
});

test('a doubt of the exchange is passed on', async () => {
  const doubt = candlesInDoubt(new MarketDataError('TIMEOUT', 'no answer'));
  const source = {
    candleLimits: exchange.candleLimits,
    fetchCandleRange: async () => ({ candles: [], from: past, next: null, doubt }),
  };
  const store = new CandleStore({ source, clock, ...options });
  const range = { ...minutes, since: past, until: past + pageMs };
  expect(await store.fetchCandleRange(range)).toMatchObject({ candles: [], doubt });
  const remote = new CandleStore({ source: store, clock, ...options });
  expect(await failureOf(remote.fetchCandles({ ...minutes, since: past, until: range.until, limit: 5 }))).toBe(doubt);
});

test('a range before the history of the exchange is refused, and one across its beginning begins there', async () => {
  exchange.history = 720;
  const oldest = Math.floor(now / minuteMs + 1 - 720) * minuteMs;
  const { oldest: said } = await owner.candleLimits(minutes);
  expect(said).toBe(oldest);
  const early = { ...minutes, since: past - pageMs, until: past };
  expect(await failureOf(owner.fetchCandleRange(early))).toMatchObject({
    code: 'BAD_USER_INPUT',
    details: { isTooOld: true, oldest },
  });
  expect(exchange.calls).toHaveLength(0);
  const since = Math.floor(oldest / pageMs) * pageMs;
  const across = await owner.fetchCandleRange({ ...minutes, since, until: since + pageMs });
  expect(across).toMatchObject({ from: oldest, candles: exchange.within('1m', oldest, since + pageMs) });
});

test('the ages of two stores do not add up', async () => {
  const remote = new CandleStore({ source: owner, clock, ...options });
  const query = { ...series, limit: 1 };
  await owner.fetchCandles(query);
  await clock.advance(14_000);
  const { value, freshUntil } = await remote.fetchCandles(query);
  expect(exchange.calls).toHaveLength(1);
  // Hourly candles answer for 15 seconds, from when the exchange was asked.
  expect(freshUntil).toBe(now + 15_000);
  await clock.advance(1000);
  const { value: later } = await remote.fetchCandles(query);
  expect(exchange.calls).toHaveLength(2);
  expect(later[0]?.volume).toBeGreaterThan(value[0]?.volume ?? 0);
});

test('an expired page answers queries while it is renewed, but no other store', async () => {
  const query = { ...series, limit: 1 };
  const since = Math.floor(now / (60 * pageMs)) * 60 * pageMs;
  for (let turn = 0; turn < 5; turn++) {
    await owner.fetchCandles(query);
    await clock.advance(15_000);
  }
  const askedAt = clock.now();
  let release = (): void => {};
  exchange.before = () => new Promise((resolve) => (release = resolve));
  expect(await owner.fetchCandles(query)).toMatchObject({ reusableUntil: expect.any(Number) });
  const window = owner.fetchCandleRange({ ...series, since, until: since + 60 * pageMs });
  await settle();
  release();
  expect((await window).asked).toEqual({ askedAt, receivedAt: askedAt });
});

test('the maximum age and the renewal are passed on to the exchange', async () => {
  const seen: (FetchOptions | undefined)[] = [];
  const source = {
    candleLimits: exchange.candleLimits,
    fetchCandleRange: (range: Parameters<typeof exchange.fetchCandleRange>[0], given?: FetchOptions) => {
      seen.push(given);
      return exchange.fetchCandleRange(range, given);
    },
  };
  const store = new CandleStore({ source, clock, ...options });
  const range = { ...minutes, since: current, until: current + pageMs };
  await store.fetchCandleRange(range, { maxAgeMs: 0 });
  await store.fetchCandleRange(range, { maxAgeMs: 0 });
  await clock.advance(20_000);
  await store.fetchCandleRange(range, { isRenewal: true });
  expect(seen).toEqual([{ maxAgeMs: 0 }, { maxAgeMs: 0 }, { isRenewal: true }]);
});

test('a range that takes too long fails, and leaves nothing behind', async () => {
  exchange.before = () => new Promise(() => {});
  const failure = failureOf(owner.fetchCandleRange({ ...minutes, since: past, until: past + pageMs }));
  await clock.advance(options.timeoutMs);
  expect(await failure).toMatchObject({ code: 'TIMEOUT' });
  expect(clock.pending).toBe(0);
});
