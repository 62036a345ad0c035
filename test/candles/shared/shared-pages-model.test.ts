import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import { createSharedPages } from '../../../src/candles/shared/shared-pages.ts';
import type { CandleSource } from '../../../src/market/ports/market-data.ts';
import { periodAfter, periodsOf } from '../../../src/market/timeframe.ts';
import { FakeSharedBytes } from '../../support/candles/fake-shared-bytes.ts';
import { TrueCandles } from '../../support/fakes/candle-source.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

// Whatever instances have shared, lost and damaged, each answer has the exchange's candles.

const series = { exchange: 'kraken', symbol: 'BTC/USD' } as const;
const start = Date.UTC(2026, 2, 4, 12, 34, 56, 789);

const steps = fc.array(
  fc.record({
    /** The instance that is asked; the first one owns the exchange. */
    instance: fc.nat({ max: 2 }),
    /** What happens before. */
    event: fc.constantFrom('nothing', 'restart', 'loss', 'damage', 'flush'),
    timeframe: fc.constantFrom('1m', '1h', '1d', '1w', '1M'),
    /** Where the range begins, in periods before now, and how long it is. */
    back: fc.double({ min: -3, max: 1500, noNaN: true }),
    limit: fc.integer({ min: 1, max: 1200 }),
    /** In periods. */
    later: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 300, noNaN: true })),
  }),
  { minLength: 1, maxLength: 14 },
);
const worlds = fc.record({ perCall: fc.constantFrom(100, 500, 1500), gapEvery: fc.constantFrom(0, 3, 17), steps });

test('every answer has the true candles, and no full page is fetched again while it is shared', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async ({ perCall, gapEvery, steps: asked }) => {
      const clock = new ManualClock(start);
      const exchange = new TrueCandles(clock);
      exchange.perCall = perCall;
      const shared = new FakeSharedBytes(clock);
      const open = (source: CandleSource): CandleStore =>
        new CandleStore({
          source: createSharedPages({ source, shared, clock, ttlMs: 1000 }),
          clock,
          ttlMs: 1000,
          timeoutMs: 10_000,
        });
      const owner = { store: open(exchange) };
      const source: CandleSource = {
        candleLimits: (range) => owner.store.candleLimits(range),
        fetchCandleRange: (range, options) => owner.store.fetchCandleRange(range, options),
      };
      const instances = [owner, { store: open(source) }, { store: open(source) }];

      for (const { instance, event, timeframe, back, limit, later } of asked) {
        const { indexOf, startOf } = periodsOf(timeframe);
        const lengthMs = periodAfter(timeframe, startOf(indexOf(start))) - startOf(indexOf(start));
        exchange.isGap = (timestamp) => gapEvery > 0 && indexOf(timestamp) % (gapEvery * 20) < 20;
        await clock.advance(Math.floor(later * lengthMs));
        const keys = [...shared.values.keys()];
        const asksAnew = instances[instance];
        if (!asksAnew) throw new Error('there is no such instance');
        if (event === 'restart') asksAnew.store = open(instance === 0 ? exchange : source);
        if (event === 'flush') shared.values.clear();
        for (const key of keys.filter((_, index) => index % 3 === 0)) {
          const found = shared.values.get(key);
          if (event === 'loss') shared.values.delete(key);
          if (event === 'damage' && found)
            shared.values.set(key, { ...found, value: found.value.subarray(0, found.value.length - 3) });
        }
        const known = new Set(shared.values.keys());
        exchange.calls.length = 0;
        const since = Math.max(0, Math.floor(clock.now() - back * lengthMs));
        const { value } = await asksAnew.store.fetchCandles({ ...series, timeframe, since, limit });
        const truth = exchange.within(timeframe, since, clock.now() + 1).slice(0, limit);
        expect(value.filter(({ closed }) => closed)).toEqual(truth.filter(({ closed }) => closed));
        expect(value.length).toBe(truth.length);
        // A call may pass over a page that is shared, between two that are not, but neither begin nor end with one.
        for (const call of exchange.calls) {
          const ends = [indexOf(call.since) / 100, indexOf(call.until - 1) / 100].map(Math.floor);
          const wanted = ends.map((page) => `candles:1:kraken:BTC/USD:${timeframe}:${page}`);
          const values = await shared.get(wanted.filter((key) => known.has(key)));
          if (event !== 'damage' && gapEvery === 0) expect(values.filter((found) => found !== null)).toEqual([]);
        }
        expect(clock.pending).toBe(0);
      }
    }),
    { numRuns: 100 },
  );
});
