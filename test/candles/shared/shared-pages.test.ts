import { beforeEach, expect, test } from 'vitest';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import { createSharedPages } from '../../../src/candles/shared/shared-pages.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { CandleRange, CandleWindow } from '../../../src/market/model/candle.ts';
import { candlesInDoubt } from '../../../src/market/model/candle-errors.ts';
import type { CandleSource } from '../../../src/market/ports/market-data.ts';
import { FakeSharedBytes } from '../../support/candles/fake-shared-bytes.ts';
import { failureOf } from '../../support/exchange/venue-client.ts';
import { TrueCandles } from '../../support/fakes/candle-source.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const pageMs = 100 * minuteMs;
const ttlMs = 1000;
const series = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m' } as const;
const now = Date.UTC(2026, 2, 4, 12, 34, 56, 789);
const past = Math.floor((now - 48 * hourMs) / pageMs) * pageMs;
const current = Math.floor(now / pageMs) * pageMs;

let clock: ManualClock;
let exchange: TrueCandles;
let shared: FakeSharedBytes;
let lookups: boolean[];

beforeEach(() => {
  clock = new ManualClock(now);
  exchange = new TrueCandles(clock);
  shared = new FakeSharedBytes(clock);
  lookups = [];
});

function sharing(source: CandleSource = exchange): CandleSource {
  return createSharedPages({ source, shared, clock, ttlMs, onLookup: (isHit) => lookups.push(isHit) });
}

/** The range that begins and ends with these pages after `past`. */
function pages(first: number, end: number): CandleRange {
  return { ...series, since: past + first * pageMs, until: past + end * pageMs };
}

/** What the exchange was asked for, in pages after `past`. */
function asked(): readonly (readonly number[])[] {
  return exchange.calls.map(({ since, until }) => [(since - past) / pageMs, (until - past) / pageMs]);
}

function truth({ since, until }: CandleRange): Partial<CandleWindow> {
  return { candles: exchange.within('1m', since, until), from: since, next: null };
}

test('settled pages that one instance has fetched need no call of another, and are read all at once', async () => {
  const fetched = await sharing().fetchCandleRange(pages(0, 3));
  expect(fetched).toEqual(truth(pages(0, 3)));
  expect(await sharing().fetchCandleRange(pages(0, 3))).toEqual(fetched);
  expect(await sharing().fetchCandleRange(pages(1, 2))).toEqual(truth(pages(1, 2)));
  expect(asked()).toEqual([[0, 3]]);
  expect(shared.reads.map((keys) => keys.length)).toEqual([3, 3, 1]);
  expect(lookups).toEqual([false, false, false, true, true, true, true]);
});

test.each([
  ['at the start', [0, 2], [[2, 5]]],
  ['at the end', [3, 5], [[0, 3]]],
  ['in the middle', [2, 3], [[0, 5]]],
])('with pages that are shared %s, one call fetches the rest', async (_where, [first = 0, end = 0], calls) => {
  await sharing().fetchCandleRange(pages(first, end));
  exchange.calls.length = 0;
  expect(await sharing().fetchCandleRange(pages(0, 5))).toEqual(truth(pages(0, 5)));
  expect(asked()).toEqual(calls);
  exchange.calls.length = 0;
  await sharing().fetchCandleRange(pages(0, 5));
  expect(asked()).toEqual([]);
});

test('pages at both ends are used, and what lies between them is fetched', async () => {
  await sharing().fetchCandleRange(pages(0, 1));
  await sharing().fetchCandleRange(pages(4, 5));
  exchange.calls.length = 0;
  expect(await sharing().fetchCandleRange(pages(0, 5))).toEqual(truth(pages(0, 5)));
  expect(asked()).toEqual([[1, 4]]);
});

test('candles that can still change are never shared', async () => {
  const range = { ...series, since: current - pageMs, until: current + pageMs };
  await sharing().fetchCandleRange(range);
  expect(shared.values.size).toBe(1);
  await clock.advance(3 * minuteMs);
  const { candles } = await sharing().fetchCandleRange(range);
  expect(candles).toEqual(exchange.within('1m', range.since, range.until));
  expect(exchange.calls.map(({ since }) => since)).toEqual([range.since, current]);
  // A part of a page is neither shared nor read.
  await sharing().fetchCandleRange({ ...series, since: past + minuteMs, until: past + pageMs });
  expect(shared.values.size).toBe(1);
});

test('a page that has not settled yet when the exchange is asked is not shared, even if the call takes long', async () => {
  await clock.advance(current + pageMs + minuteMs - now);
  exchange.before = () => clock.advance(10 * minuteMs);
  await sharing().fetchCandleRange({ ...series, since: current, until: current + pageMs });
  expect(shared.values.size).toBe(0);
});

test('full pages are shared for a day', async () => {
  await sharing().fetchCandleRange(pages(0, 1));
  await clock.advance(24 * hourMs - 1);
  await sharing().fetchCandleRange(pages(0, 1));
  expect(exchange.calls).toHaveLength(1);
  await clock.advance(1);
  await sharing().fetchCandleRange(pages(0, 1));
  expect(exchange.calls).toHaveLength(2);
});

test('a page with missing periods is no longer shared when a store asks for it again', async () => {
  const query = { ...series, since: past, until: past + pageMs, limit: 100 };
  const stores = [0, 1].map(() => new CandleStore({ source: sharing(), clock, ttlMs, timeoutMs: 10_000 }));
  const ask = async () => await Promise.all(stores.map((store) => store.fetchCandles(query)));
  exchange.isGap = (timestamp) => timestamp === past + 7 * minuteMs;
  exchange.before = () => clock.advance(5000);
  for (const store of stores) expect((await store.fetchCandles(query)).value).toHaveLength(99);
  expect(exchange.calls).toHaveLength(1);
  exchange.isGap = () => false;
  await clock.advance(hourMs - 10_000);
  exchange.before = () => {};
  expect((await ask()).map(({ value }) => value.length)).toEqual([99, 99]);
  // The store that asked the exchange asks again after exactly an hour, counted from its call.
  await clock.advance(5000);
  expect((await stores[0]?.fetchCandles(query))?.value).toHaveLength(100);
  await clock.advance(5000);
  expect((await stores[1]?.fetchCandles(query))?.value).toHaveLength(100);
  expect(exchange.calls).toHaveLength(2);
});

test('pages about which there is a doubt are not shared', async () => {
  const doubt = candlesInDoubt(new MarketDataError('TIMEOUT', 'no answer'));
  const window = { candles: [], from: past, next: null, doubt };
  const source: CandleSource = { candleLimits: exchange.candleLimits, fetchCandleRange: async () => window };
  expect(await sharing(source).fetchCandleRange(pages(0, 1))).toEqual(window);
  expect(shared.writeCount).toBe(0);
});

test('the memory of another instance is not shared again, and says when the exchange was asked', async () => {
  const owner = new CandleStore({ source: exchange, clock, ttlMs, timeoutMs: 10_000 });
  await owner.fetchCandleRange(pages(0, 2));
  await clock.advance(minuteMs);
  const window = await sharing(owner).fetchCandleRange(pages(0, 2));
  expect(window.asked).toEqual({ askedAt: clock.now(), receivedAt: clock.now() });
  expect(shared.writeCount).toBe(0);
});

test('pages before the history of the exchange are not shared, and not joined to later ones across a gap', async () => {
  await sharing().fetchCandleRange(pages(0, 2));
  const oldest = past + 2 * pageMs + 30 * minuteMs;
  exchange.history = Math.floor(now / minuteMs) + 1 - oldest / minuteMs;
  const { since, until } = pages(2, 4);
  expect(await sharing().fetchCandleRange(pages(0, 4))).toMatchObject({
    from: oldest,
    candles: exchange.within('1m', oldest, until),
  });
  expect(asked().at(-1)).toEqual([2, 4]);
  expect([...shared.values.keys()].filter((key) => key.endsWith(`:${since / pageMs}`))).toEqual([]);
  // The rest lies before the history as a whole: what follows is shared.
  expect(await sharing().fetchCandleRange({ ...series, since, until })).toMatchObject({ from: oldest });
  exchange.history -= 100;
  expect(await sharing().fetchCandleRange({ ...series, since, until })).toEqual({
    from: since + pageMs,
    candles: exchange.within('1m', since + pageMs, until),
    next: null,
  });
  expect(await failureOf(sharing().fetchCandleRange({ ...series, since, until: since + pageMs }))).toMatchObject({
    details: { isTooOld: true },
  });
});

test('the first candle after a page is shared with it', async () => {
  const next = past + pageMs + 40 * minuteMs;
  const source: CandleSource = {
    candleLimits: exchange.candleLimits,
    fetchCandleRange: async (range) => ({ ...(await exchange.fetchCandleRange(range)), next }),
  };
  await sharing(source).fetchCandleRange(pages(0, 1));
  expect(await sharing().fetchCandleRange(pages(0, 1))).toEqual({ ...truth(pages(0, 1)), next });
});

test('the options of a call are passed on, and so are its errors', async () => {
  const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
  const seen: unknown[] = [];
  const source: CandleSource = {
    candleLimits: exchange.candleLimits,
    fetchCandleRange: async (_range, options) => {
      seen.push(options);
      throw down;
    },
  };
  expect(await failureOf(sharing(source).fetchCandleRange(pages(0, 1), { maxAgeMs: 0 }))).toBe(down);
  expect(await failureOf(sharing(source).fetchCandleRange(pages(0, 1), { isRenewal: true }))).toBe(down);
  expect(seen).toEqual([{ maxAgeMs: 0 }, { isRenewal: true }]);
  expect(await sharing().candleLimits(series)).toEqual({ perCall: 1000, oldest: Number.NEGATIVE_INFINITY });
});

test('bytes that are not a page are ignored, and replaced', async () => {
  await sharing().fetchCandleRange(pages(0, 1));
  for (const [key, { expiresAt }] of shared.values) shared.values.set(key, { value: Buffer.from('other'), expiresAt });
  expect(await sharing().fetchCandleRange(pages(0, 1))).toEqual(truth(pages(0, 1)));
  expect(await sharing().fetchCandleRange(pages(0, 1))).toEqual(truth(pages(0, 1)));
  expect(exchange.calls).toHaveLength(2);
});
