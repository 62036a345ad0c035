import fc from 'fast-check';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import { createAnyTimeframe } from '../../../src/candles/timeframes/any-timeframe.ts';
import { toBases } from '../../../src/candles/timeframes/bases.ts';
import { combineCandles } from '../../../src/candles/timeframes/combine.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle, CandleQuery } from '../../../src/market/model/candle.ts';
import type { MarketData } from '../../../src/market/ports/market-data.ts';
import { periodAfter, periodStart } from '../../../src/market/timeframe.ts';
import { failureOf } from '../../support/exchange/venue-client.ts';
import { TrueCandles } from '../../support/fakes/candle-source.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const now = Date.UTC(2026, 2, 4, 12, 34, 56, 789);

describe('a timeframe is built from the longest that divides it', () => {
  const names = (timeframe: string, offered: readonly string[]): readonly string[] =>
    toBases(timeframe, offered).map((base) => base.timeframe);

  it.each([
    ['45m', ['1m', '5m', '15m', '30m', '1h'], ['15m', '5m', '1m']],
    ['2d', ['1m', '1h', '1d', '1w', '1M'], ['1d', '1h', '1m']],
    ['7m', ['1m', '3m', '5m'], ['1m']],
    ['10s', ['1s', '1m'], ['1s']],
    ['60m', ['30m', '1h', '2h'], ['1h', '30m']],
    // Weeks begin on Mondays, but periods of three days or of a week that are counted from the epoch do not.
    ['1w', ['1d', '3d', '7d'], ['1d']],
    ['2w', ['1d', '2d', '1w', '1M'], ['1w', '2d', '1d']],
    ['7d', ['1d', '1w'], ['1d']],
    ['1M', ['1h', '7h', '1d', '2d', '1w'], ['1d', '1h']],
    ['3M', ['1d', '1M', '2M'], ['1M', '1d']],
    ['1y', ['1d', '1M', '3M', '5M'], ['3M', '1M', '1d']],
    ['2y', ['1M', '1y'], ['1y', '1M']],
    ['1m', ['5m', '1h'], []],
    ['9m', ['5m', '2m'], []],
    ['1d', ['1M'], []],
  ])('%s of %j: %j', (timeframe, offered, bases) => {
    expect(names(timeframe, offered)).toEqual(bases);
  });

  it('the ratio is the largest number of periods in one', () => {
    expect(toBases('45m', ['15m'])).toEqual([{ timeframe: '15m', ratio: 3 }]);
    expect(toBases('1M', ['1d'])).toEqual([{ timeframe: '1d', ratio: 31 }]);
    expect(toBases('1y', ['1M'])).toEqual([{ timeframe: '1M', ratio: 12 }]);
  });

  it('each built period begins and ends with a period of the base', () => {
    const timeframes = fc
      .tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom('s', 'm', 'h', 'd', 'w', 'M', 'y'))
      .map(([count, unit]) => `${count}${unit}`);
    const instants = fc.integer({ min: 0, max: Date.UTC(2100) });
    fc.assert(
      fc.property(timeframes, fc.array(timeframes, { maxLength: 20 }), instants, (timeframe, offered, instant) => {
        for (const base of toBases(timeframe, offered)) {
          const from = periodStart(timeframe, instant);
          expect(periodStart(base.timeframe, from)).toBe(from);
          expect(periodAfter(base.timeframe, from, base.ratio)).toBeGreaterThanOrEqual(periodAfter(timeframe, from));
        }
      }),
    );
  });
});

describe('a candle built from others', () => {
  const candle = (timestamp: number, numbers: readonly [number, number, number, number, number]): Candle => {
    const [open, high, low, close, volume] = numbers;
    return { timestamp, open, high, low, close, volume, closed: true };
  };

  it('opens with the first, closes with the last, and has the extremes and the volume of all', () => {
    const parts = [
      candle(0, [5, 6, 4, 5.5, 0.1]),
      candle(minuteMs, [5.5, 9, 5, 8, 0.2]),
      candle(2 * minuteMs, [8, 8, 3, 4, 0.4]),
    ];
    expect(combineCandles('3m', parts, now)).toEqual([
      { timestamp: 0, open: 5, high: 9, low: 3, close: 4, volume: 0.7, closed: true },
    ]);
  });

  it('has the exact sum of the volumes', () => {
    const parts = [candle(0, [1, 1, 1, 1, 0.1]), candle(minuteMs, [1, 1, 1, 1, 0.2])];
    expect(combineCandles('2m', parts, now)[0]?.volume).toBe(0.3);
  });

  it('is missing if all its parts are, and is built from the others if only some are', () => {
    const parts = [candle(0, [1, 2, 1, 2, 1]), candle(7 * minuteMs, [3, 4, 3, 4, 1])];
    expect(combineCandles('3m', parts, now).map(({ timestamp, open }) => [timestamp / minuteMs, open])).toEqual([
      [0, 1],
      [6, 3],
    ]);
  });

  it('is not closed while one of its parts is not', () => {
    const parts = [candle(0, [1, 1, 1, 1, 1]), { ...candle(minuteMs, [1, 1, 1, 1, 1]), closed: false }];
    expect(combineCandles('2m', parts, 5 * minuteMs)[0]?.closed).toBe(false);
  });

  it('is closed once its own period has ended', () => {
    const parts = [candle(0, [1, 1, 1, 1, 1])];
    expect(combineCandles('3m', parts, 3 * minuteMs - 1)[0]?.closed).toBe(false);
    expect(combineCandles('3m', parts, 3 * minuteMs)[0]?.closed).toBe(true);
  });
});

describe('over an exchange that has 1m, 1h and 1d', () => {
  const series = { exchange: 'kraken', symbol: 'BTC/USD' } as const;
  let clock: ManualClock;
  let source: TrueCandles;
  let candles: Pick<MarketData, 'fetchCandles'>;

  beforeEach(() => {
    clock = new ManualClock(now);
    source = new TrueCandles(clock);
    const stored = new CandleStore({ source, clock, ttlMs: 1000, timeoutMs: 10_000 });
    candles = createAnyTimeframe({ source: new FakeMarketData(clock), stored, clock });
  });

  async function fetchCandles(query: CandleQuery): Promise<readonly Candle[]> {
    return (await candles.fetchCandles(query)).value;
  }

  /** The candles that the base's candles add up to, within `[since, until)`. */
  function truth(timeframe: string, base: string, since: number, until: number): readonly Candle[] {
    const from = periodStart(timeframe, since - 1);
    const to = periodAfter(timeframe, periodStart(timeframe, Math.min(until, clock.now() + 1) - 1));
    return combineCandles(timeframe, source.within(base, from, to), clock.now()).filter(
      ({ timestamp }) => timestamp >= since && timestamp < until,
    );
  }

  it('candles of a timeframe that it has are its own', async () => {
    const query = { ...series, timeframe: '1h', limit: 3 };
    expect(await fetchCandles(query)).toEqual(source.within('1h', now - 3 * hourMs, now + 1));
    expect(source.calls.map(({ timeframe }) => timeframe)).toEqual(['1h']);
  });

  it.each([
    ['45m', '1m', 45 * minuteMs],
    ['4h', '1h', 4 * hourMs],
    ['2d', '1d', 2 * dayMs],
    ['1w', '1d', 7 * dayMs],
    ['1M', '1d', 31 * dayMs],
    ['1y', '1d', 366 * dayMs],
  ])('%s: random ranges equal candles built from %s', async (timeframe, base, lengthMs) => {
    const ranges = fc.record({
      back: fc.double({ min: 0.01, max: 12, noNaN: true }),
      width: fc.double({ min: 0.01, max: 15, noNaN: true }),
      limit: fc.integer({ min: 1, max: 12 }),
      given: fc.constantFrom('since', 'until', 'both', 'neither'),
      gaps: fc.constantFrom(0, 2, 45),
    });
    await fc.assert(
      fc.asyncProperty(ranges, async ({ back, width, limit, given, gaps }) => {
        const stored = new CandleStore({ source, clock, ttlMs: 1000, timeoutMs: 10_000 });
        candles = createAnyTimeframe({ source: new FakeMarketData(clock), stored, clock });
        source.isGap = (timestamp) => gaps > 0 && (timestamp / minuteMs) % 10_007 < gaps * 60;
        const since = Math.floor(now - back * lengthMs);
        const until = Math.ceil(since + width * lengthMs);
        const query: CandleQuery = {
          ...series,
          timeframe,
          limit,
          ...(given === 'since' || given === 'both' ? { since } : {}),
          ...(given === 'until' || given === 'both' ? { until } : {}),
        };
        const found = await fetchCandles(query);
        const all = truth(
          timeframe,
          base,
          query.since ?? now - 200 * lengthMs,
          Math.min(query.until ?? now + 1, now + 1),
        );
        expect(found).toEqual(query.since === undefined ? all.slice(-limit) : all.slice(0, limit));
      }),
      { numRuns: 25 },
    );
  });

  it('the forming candle is not closed, and is fresh as long as its last part', async () => {
    const { value, freshUntil } = await candles.fetchCandles({ ...series, timeframe: '45m', limit: 1 });
    expect(value[0]).toMatchObject({ timestamp: periodStart('45m', now), closed: false });
    expect(freshUntil).toBe(now + 1000);
  });

  it('known parts are not fetched again', async () => {
    const query = { ...series, timeframe: '4h', since: now - 10 * dayMs, until: now - 3 * dayMs, limit: 50 };
    const before = await fetchCandles(query);
    const calls = source.calls.length;
    await clock.advance(hourMs);
    expect(await fetchCandles(query)).toEqual(before);
    expect(source.calls).toHaveLength(calls);
  });

  it('a query for the newest goes further back if some periods have no part', async () => {
    const first = periodStart('45m', now) - 5 * 45 * minuteMs;
    source.isGap = (timestamp) => timestamp >= first && timestamp < first + 3 * 45 * minuteMs;
    const newest = await fetchCandles({ ...series, timeframe: '45m', limit: 5 });
    expect(newest.map(({ timestamp }) => (timestamp - first) / (45 * minuteMs))).toEqual([-2, -1, 3, 4, 5]);
  });

  it('a candle is refused if the exchange no longer serves its first part', async () => {
    source.history = 720;
    expect(await fetchCandles({ ...series, timeframe: '45m', limit: 15 })).toHaveLength(15);
    const error = await failureOf(fetchCandles({ ...series, timeframe: '45m', limit: 17 }));
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(error.message).toMatch(/candles before/);
  });

  it('candles are built from hours if its days begin at another time than ours', async () => {
    const { fetchCandleRange } = source;
    source.fetchCandleRange = async (range) => {
      const window = await fetchCandleRange(range);
      if (range.timeframe !== '1d') return window;
      const candles = window.candles.map((candle) => ({ ...candle, timestamp: candle.timestamp + 16 * hourMs }));
      return { ...window, candles: candles.filter(({ timestamp }) => timestamp < range.until) };
    };
    const range = { since: Date.UTC(2026, 1, 2), until: Date.UTC(2026, 1, 16) };
    const weeks = await fetchCandles({ ...series, ...range, timeframe: '1w', limit: 5 });
    expect(weeks).toEqual(truth('1w', '1h', range.since, range.until));
  });

  it('a query that needs too many parts is refused, and the error names the possible limit', async () => {
    const error = await failureOf(fetchCandles({ ...series, timeframe: '59m', limit: 1000 }));
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', details: { timeframe: '59m', maxLimit: 847 } });
    expect(error.message).toContain('each 59m candle is built from 59 candles of 1m: ask for a limit of up to 847');
    expect(source.calls).toEqual([]);
    // A range that is shorter than the limit takes only the parts that it holds.
    expect(await fetchCandles({ ...series, timeframe: '59m', since: now - 10 * hourMs, limit: 1000 })).toHaveLength(10);
  });
});

test.each([
  ['limit 0', { limit: 0 }, /limit is 0; it must be from 1 to 10000\.$/],
  ['a limit over 10,000', { limit: 10_001 }, /limit is 10001; it must be from 1 to 10000; for more, page by since/],
  ['since at until', { since: 5, until: 5 }, /since must be before until/],
])('%s is BAD_USER_INPUT for every timeframe', async (_name, query, sentence) => {
  const clock = new ManualClock(now);
  const stored = new FakeMarketData(clock);
  const candles = createAnyTimeframe({ source: stored, stored, clock });
  for (const timeframe of ['1m', '45m']) {
    const error = await failureOf(
      candles.fetchCandles({ exchange: 'kraken', symbol: 'BTC/USD', timeframe, limit: 1, ...query }),
    );
    expect(error).toBeInstanceOf(MarketDataError);
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', details: { timeframe } });
    expect(error.message).toMatch(sentence);
  }
  expect(stored.candleCalls).toEqual([]);
});
