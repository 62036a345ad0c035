import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import type { Candle } from '../../../src/market/model/candle.ts';
import { periodAfter, periodsOf } from '../../../src/market/timeframe.ts';
import { TrueCandles } from '../../support/fakes/candle-source.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

// Whatever was asked before, an answer has the exchange's candles, and no call is made twice for settled candles.

const periodsPerPage = 100;
const maxGraceMs = 60 * 60_000;
const series = { exchange: 'kraken', symbol: 'BTC/USD' } as const;
const start = Date.UTC(2026, 2, 4, 12, 34, 56, 789);

const steps = fc.array(
  fc.record({
    timeframe: fc.constantFrom('1m', '15m', '1h', '1d', '1w', '1M'),
    /** Where the range begins, in periods before now, and how long it is. */
    back: fc.double({ min: -3, max: 1500, noNaN: true }),
    width: fc.double({ min: 0.01, max: 700, noNaN: true }),
    limit: fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 3000 })),
    given: fc.constantFrom('since', 'until', 'both', 'neither'),
    /** In periods. */
    later: fc.oneof(
      fc.constant(0),
      fc.double({ min: 0, max: 3, noNaN: true }),
      fc.double({ max: 300, min: 0, noNaN: true }),
    ),
    maxAgeMs: fc.constantFrom(undefined, 0),
  }),
  { minLength: 1, maxLength: 12 },
);
const worlds = fc.record({
  perCall: fc.constantFrom(100, 300, 500, 720, 1000, 1500),
  /** One of `gapEvery` stretches of this length is a gap, in periods. */
  gapEvery: fc.constantFrom(0, 3, 17, 150),
  gapLength: fc.integer({ min: 1, max: 90 }),
  steps,
});

/** A closed candle is compared as it is; the forming one may be from some seconds ago. */
function toComparable(candle: Candle): unknown {
  return candle.closed ? candle : { timestamp: candle.timestamp, closed: false };
}

test('an answer has the true candles, and costs at most one call more than pages are missing', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async ({ perCall, gapEvery, gapLength, steps: asked }) => {
      const clock = new ManualClock(start);
      const source = new TrueCandles(clock);
      source.perCall = perCall;
      const store = new CandleStore({ source, clock, ttlMs: 1000, timeoutMs: 10_000 });
      const settled = new Set<string>();

      for (const { timeframe, back, width, limit, given, later, maxAgeMs } of asked) {
        const { indexOf, startOf } = periodsOf(timeframe);
        const lengthMs = periodAfter(timeframe, startOf(indexOf(start))) - startOf(indexOf(start));
        source.isGap = (timestamp) =>
          gapEvery > 0 && indexOf(timestamp) % (gapEvery * gapLength) < gapLength && indexOf(timestamp) % 7 !== 0;
        await clock.advance(Math.floor(later * lengthMs));
        const now = clock.now();
        const since = Math.max(0, Math.floor(now - back * lengthMs));
        const until = Math.ceil(since + width * lengthMs);
        const query = {
          ...series,
          timeframe,
          limit,
          ...(given === 'since' || given === 'both' ? { since } : {}),
          ...(given === 'until' || given === 'both' ? { until } : {}),
        };
        source.calls.length = 0;
        const options = maxAgeMs === undefined ? {} : { maxAgeMs };
        const { value: candles } = await store.fetchCandles(query, options);

        const end = query.until ?? Number.POSITIVE_INFINITY;
        const all = source.within(timeframe, query.since ?? now - 12_000 * lengthMs, end);
        const truth = query.since === undefined ? all.slice(-limit) : all.slice(0, limit);
        expect(candles.map(toComparable)).toEqual(truth.map(toComparable));

        const pageOf = (instant: number): number => Math.floor(indexOf(instant) / periodsPerPage);
        const pages = source.calls.flatMap((call) => {
          const first = pageOf(call.since);
          return Array.from({ length: pageOf(call.until - 1) - first + 1 }, (_, index) => first + index);
        });
        // No page is fetched twice or after it has settled, and there are not more calls than pages.
        expect(new Set(pages).size).toBe(pages.length);
        expect(source.calls.length).toBeLessThanOrEqual(pages.length + 1);
        const keys = pages.map((page) => `${timeframe} ${page}`);
        expect(keys.filter((key) => settled.has(key))).toEqual([]);
        for (const page of pages) {
          const closedAt = startOf((page + 1) * periodsPerPage);
          const isFull = source.within(timeframe, startOf(page * periodsPerPage), closedAt).length === periodsPerPage;
          if (isFull && closedAt + maxGraceMs + 2 * lengthMs <= now) settled.add(`${timeframe} ${page}`);
        }
        expect(clock.pending).toBe(0);
      }
    }),
    { numRuns: 60 },
  );
});
