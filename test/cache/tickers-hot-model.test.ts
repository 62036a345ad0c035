import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TickerCache } from '../../src/cache/tickers.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import type { FetchOptions } from '../../src/market/ports/market-data.ts';
import { FakeMarketData } from '../support/fakes/fake-market-data.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

// Whatever clients ask for and however long calls take: no value answers for longer than promised, and the exchange sees
// the calls that it would see if every request waited.

const ttlMs = 1000;
const gatherMs = 10;
const maxLateMs = 5000;
const exchange = 'kraken';

const askers = fc.array(
  fc.record({
    symbol: fc.constantFrom('A/USDT', 'B/USDT', 'C/USDT'),
    /** Pauses between its requests, in ms, repeated. */
    pauses: fc.array(fc.oneof(fc.integer({ min: 5, max: 200 }), fc.integer({ min: 5, max: 3000 })), {
      minLength: 1,
      maxLength: 4,
    }),
    count: fc.integer({ min: 1, max: 60 }),
  }),
  { minLength: 1, maxLength: 4 },
);
const calls = fc.array(
  fc.record({
    durationMs: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 9000 })),
    fails: fc.nat({ max: 9 }).map((number) => number === 0),
  }),
  { minLength: 5, maxLength: 5 },
);

interface Asker {
  readonly symbol: string;
  readonly pauses: readonly number[];
  readonly count: number;
}

interface Seen {
  readonly calls: readonly string[];
  /** The age of each answer that is not stale, when it was given, and the slowest call until then, in ms. */
  readonly ages: readonly { readonly ageMs: number; readonly slowestMs: number }[];
  readonly pending: number;
}

async function play(
  given: readonly Asker[],
  plan: readonly { readonly durationMs: number; readonly fails: boolean }[],
  fetchesTogether: boolean,
  options?: FetchOptions,
): Promise<Seen> {
  const clock = new ManualClock();
  const port = new FakeMarketData(clock);
  const made: string[] = [];
  let slowestMs = 0;
  const upstream = {
    fetchTickers: async (id: string, symbols: readonly string[]) => {
      const { durationMs = 1, fails = false } = plan[made.length % plan.length] ?? {};
      made.push(`${clock.now()} ${symbols.toSorted().join()}`);
      slowestMs = Math.max(slowestMs, durationMs + gatherMs);
      await new Promise<void>((resolve) => clock.after(durationMs, resolve));
      for (const symbol of symbols) port.set(symbol, { last: made.length });
      port.fail(fails ? new MarketDataError('EXCHANGE_UNAVAILABLE', 'down') : null);
      return port.fetchTickers(id, symbols);
    },
  };
  const cache = new TickerCache({
    upstream,
    clock,
    ttlMs,
    staleMaxMs: 60_000,
    fetchesTogether: () => fetchesTogether,
  });
  const ages: { readonly ageMs: number; readonly slowestMs: number }[] = [];
  const start = clock.now();
  const events = given
    .flatMap(({ symbol, pauses, count }) => {
      let at = start;
      return Array.from({ length: count }, (_, index) => {
        at += pauses[index % pauses.length] ?? 1;
        return { at, symbol };
      });
    })
    .sort((a, b) => a.at - b.at);
  for (const { at, symbol } of events) {
    await clock.advance(at - clock.now());
    cache.fetchTickers(exchange, [symbol], options).then((results) => {
      const result = results.get(symbol);
      if (!result || result instanceof MarketDataError || result.value.stale) return;
      ages.push({ ageMs: clock.now() - result.value.receivedAt, slowestMs });
    });
    await clock.advance(0);
  }
  await clock.advance(60_000);
  return { calls: made, ages, pending: clock.pending };
}

test('no value is older than promised, and calls are those that the same requests cause if all of them wait', async () => {
  await fc.assert(
    fc.asyncProperty(askers, calls, async (given, plan) => {
      const seen = await play(given, plan, false);
      const waiting = await play(given, plan, false, { maxAgeMs: ttlMs });
      expect(seen.calls).toEqual(waiting.calls);
      for (const { ageMs, slowestMs } of seen.ages) {
        expect(ageMs).toBeLessThan(ttlMs + Math.min(maxLateMs, Math.max(375, 1.5 * slowestMs)));
      }
      expect(seen.pending).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test('tickers that are renewed together cause no more calls', async () => {
  const plan = [{ durationMs: 300, fails: false }];
  await fc.assert(
    fc.asyncProperty(askers, async (given) => {
      const together = await play(given, plan, true);
      const waiting = await play(given, plan, true, { maxAgeMs: ttlMs });
      // A ticker that is renewed early may expire once more before its last request.
      expect(together.calls.length).toBeLessThanOrEqual(waiting.calls.length + 3);
      expect(together.pending).toBe(0);
    }),
    { numRuns: 25 },
  );
});

test('a crawler that asks for each of many symbols now and then always gets a new value', async () => {
  const clock = new ManualClock();
  const port = new FakeMarketData(clock);
  let renewals = 0;
  const onRenewal = (): void => {
    renewals += 1;
  };
  const fetchesTogether = () => true;
  const cache = new TickerCache({ upstream: port, clock, ttlMs, staleMaxMs: 60_000, fetchesTogether, onRenewal });
  const symbols = Array.from({ length: 2000 }, (_, index) => `C${index}/USDT`);
  for (const symbol of symbols) port.set(symbol, { last: 1 });
  for (let round = 0; round < 6; round++) {
    for (let from = 0; from < symbols.length; from += 100) {
      const results = cache.fetchTickers(exchange, symbols.slice(from, from + 100));
      await clock.advance(gatherMs);
      for (const result of (await results).values()) {
        expect(result).toMatchObject({ value: { receivedAt: clock.now() } });
      }
      await clock.advance(90);
    }
  }
  expect(renewals).toBe(0);
  expect(port.tickerCalls).toHaveLength(6 * 20);
});
