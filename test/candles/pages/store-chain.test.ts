import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle, CandleQuery } from '../../../src/market/model/candle.ts';
import { periodAfter, periodsOf } from '../../../src/market/timeframe.ts';
import { TrueCandles } from '../../support/fakes/candle-source.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

// A store that asks another store answers every query as a store that asks the exchange does, for no more calls.

const series = { exchange: 'kraken', symbol: 'BTC/USD' } as const;
const start = Date.UTC(2026, 2, 4, 12, 34, 56, 789);
const ttlMs = 1000;
const timeoutMs = 10_000;

const steps = fc.array(
  fc.record({
    /** Which of the stores in front of the owner's is asked. */
    store: fc.nat({ max: 1 }),
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
      fc.double({ min: 0, max: 300, noNaN: true }),
    ),
    maxAgeMs: fc.constantFrom(undefined, 0, 5000),
    /** How the exchange revises candles that have not settled. */
    revision: fc.integer({ min: 1, max: 3 }),
    isDown: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  }),
  { minLength: 1, maxLength: 14 },
);
const worlds = fc.record({
  perCall: fc.constantFrom(100, 300, 500, 720, 1000, 1500),
  history: fc.constantFrom(Number.POSITIVE_INFINITY, 720, 5000),
  /** One of `gapEvery` stretches of this length is a gap, in periods. */
  gapEvery: fc.constantFrom(0, 3, 17, 150),
  gapLength: fc.integer({ min: 1, max: 90 }),
  steps,
});

async function ask(store: CandleStore, query: CandleQuery, maxAgeMs: number | undefined): Promise<unknown> {
  try {
    return (await store.fetchCandles(query, maxAgeMs === undefined ? {} : { maxAgeMs })).value.map(toComparable);
  } catch (error) {
    if (error instanceof MarketDataError) return [error.code, error.message];
    throw error;
  }
}

/** A settled candle is compared as it is; the others may be from some seconds ago. */
function toComparable(candle: Candle): unknown {
  const { timestamp, closed, volume } = candle;
  return closed && volume === 10 ? candle : { timestamp, closed };
}

test('a store that asks a store answers as one that asks the exchange', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async ({ perCall, history, gapEvery, gapLength, steps: asked }) => {
      const clock = new ManualClock(start);
      const open = () => {
        const exchange = new TrueCandles(clock);
        Object.assign(exchange, { perCall, history });
        return { exchange, store: new CandleStore({ source: exchange, clock, ttlMs, timeoutMs }) };
      };
      const [one, owner] = [open(), open()];
      const others = [0, 1].map(() => new CandleStore({ source: owner.store, clock, ttlMs, timeoutMs }));

      for (const { store, timeframe, back, width, limit, given, later, maxAgeMs, revision, isDown } of asked) {
        const { indexOf, startOf } = periodsOf(timeframe);
        const lengthMs = periodAfter(timeframe, startOf(indexOf(start))) - startOf(indexOf(start));
        await clock.advance(Math.floor(later * lengthMs));
        const now = clock.now();
        for (const { exchange } of [one, owner]) {
          exchange.isGap = (timestamp) =>
            gapEvery > 0 && indexOf(timestamp) % (gapEvery * gapLength) < gapLength && indexOf(timestamp) % 7 !== 0;
          exchange.before = () => {
            if (isDown) throw new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
          };
          exchange.revision = (timestamp) => (now - timestamp < lengthMs + 60_000 ? revision / 10 : 0);
        }
        const since = Math.max(0, Math.floor(now - back * lengthMs));
        const query = {
          ...series,
          timeframe,
          limit,
          ...(given === 'since' || given === 'both' ? { since } : {}),
          ...(given === 'until' || given === 'both' ? { until: Math.ceil(since + width * lengthMs) } : {}),
        };
        const other = others[store] ?? others[0];
        if (!other) throw new Error('there is no store');
        expect(await ask(other, query, maxAgeMs)).toEqual(await ask(one.store, query, maxAgeMs));
        expect(owner.exchange.calls.length).toBeLessThanOrEqual(one.exchange.calls.length);
        expect(clock.pending).toBe(0);
      }
    }),
    { numRuns: 3000 },
  );
}, 60_000);
