import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle, CandleQuery } from '../../../src/market/model/candle.ts';
import { periodAfter, periodsOf } from '../../../src/market/timeframe.ts';
import { TrueCandles } from '../../support/fakes/candle-source.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

// Stores that ask the owner's store answer every query at least as well as stores that ask the exchange, and together they
// cause no more calls than one of those would for each of them.

const series = { exchange: 'kraken', symbol: 'BTC/USD' } as const;
const start = Date.UTC(2026, 2, 4, 12, 34, 56, 789);
const ttlMs = 1000;
const timeoutMs = 10_000;

const steps = fc.array(
  fc.record({
    /** Which of the stores that ask the owner's is asked. */
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
  isSingle: fc.boolean(),
  steps,
});

type Outcome = readonly Candle[] | MarketDataError;

async function ask(store: CandleStore, query: CandleQuery, maxAgeMs: number | undefined): Promise<Outcome> {
  try {
    return (await store.fetchCandles(query, maxAgeMs === undefined ? {} : { maxAgeMs })).value;
  } catch (error) {
    if (error instanceof MarketDataError) return error;
    throw error;
  }
}

/** A settled candle is compared as it is; the others may be from some seconds ago. */
function toComparable(candle: Candle): unknown {
  const { timestamp, closed, volume } = candle;
  return closed && volume === 10 ? candle : { timestamp, closed };
}

function countCalls(exchanges: readonly TrueCandles[]): number {
  return exchanges.reduce((sum, { calls }) => sum + calls.length, 0);
}

/** How many pages all calls together have asked for. */
function countPages(exchanges: readonly TrueCandles[]): number {
  const pages = exchanges.flatMap(({ calls }) =>
    calls.map(({ timeframe, since, until }) => {
      const { indexOf } = periodsOf(timeframe);
      return Math.floor(indexOf(until - 1) / 100) - Math.floor(indexOf(since) / 100) + 1;
    }),
  );
  return pages.reduce((sum, count) => sum + count, 0);
}

function toTimestamp({ timestamp }: Candle): number {
  return timestamp;
}

test('a store that asks a store answers as one that asks the exchange', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async ({ perCall, history, gapEvery, gapLength, isSingle, steps: asked }) => {
      const clock = new ManualClock(start);
      const open = () => {
        const exchange = new TrueCandles(clock);
        Object.assign(exchange, { perCall, history });
        return { exchange, store: new CandleStore({ source: exchange, clock, ttlMs, timeoutMs }) };
      };
      const owner = open();
      const pairs = [open(), open()].map((single) => ({
        single,
        remote: new CandleStore({ source: owner.store, clock, ttlMs, timeoutMs }),
      }));

      for (const { store, timeframe, back, width, limit, given, later, maxAgeMs, revision, isDown } of asked) {
        const { indexOf, startOf } = periodsOf(timeframe);
        const lengthMs = periodAfter(timeframe, startOf(indexOf(start))) - startOf(indexOf(start));
        await clock.advance(Math.floor(later * lengthMs));
        const now = clock.now();
        for (const { exchange } of [owner, ...pairs.map(({ single }) => single)]) {
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
        const pair = pairs[isSingle ? 0 : store];
        if (!pair) throw new Error('there is no such store');
        const [found, expected] = [
          await ask(pair.remote, query, maxAgeMs),
          await ask(pair.single.store, query, maxAgeMs),
        ];
        if (found instanceof MarketDataError) {
          expect(found).toMatchObject({ code: expected instanceof MarketDataError ? expected.code : 'no error' });
          if (!isDown) expect(found).toEqual(expected);
        } else {
          const truth = owner.exchange.within(timeframe, found[0]?.timestamp ?? now, query.until ?? now + 1);
          expect(found.map(toComparable)).toEqual(truth.slice(0, found.length).map(toComparable));
          // The owner's store may still know what the exchange no longer serves, or does not serve now.
          if (expected instanceof MarketDataError) expect(isDown || expected.details.isTooOld).toBe(true);
          else if (limit < history) expect(found.map(toTimestamp)).toEqual(expected.map(toTimestamp));
          else expect(found.map(toTimestamp).slice(-expected.length)).toEqual(expected.map(toTimestamp));
        }
        const singles = pairs.map(({ single }) => single.exchange);
        expect(countPages([owner.exchange])).toBeLessThanOrEqual(countPages(singles));
        // Between the pages that one store lacks, the owner's may know some because of the other.
        if (isSingle) expect(owner.exchange.calls.length).toBeLessThanOrEqual(countCalls(singles));
        expect(clock.pending).toBe(0);
      }
    }),
    { numRuns: 120 },
  );
});
