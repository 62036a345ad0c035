import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type IndicatorInput, indicatorKinds } from '../../src/indicators/indicator.ts';
import { IndicatorQueries, type IndicatorTable } from '../../src/indicators/indicator-queries.ts';
import { parseIndicators } from '../../src/indicators/parse-indicators.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import type { Candle, CandleQuery } from '../../src/market/model/candle.ts';
import { ListedCandles } from '../support/candles/listed-candles.ts';
import { naiveLines } from '../support/candles/naive-indicators.ts';
import { randomCandles } from '../support/candles/random-candles.ts';

const hourMs = 3_600_000;
const lastAt = Date.UTC(2026, 5, 1, 13);
const series = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1h' };
const allKinds: readonly IndicatorInput[] = indicatorKinds.map((kind) => ({ kind }));
const queries = new IndicatorQueries();

/** The values of each line by timestamp. */
function toRecord({
  candles,
  series: lines,
}: IndicatorTable): Readonly<Record<string, Readonly<Record<number, number | null>>>> {
  return Object.fromEntries(
    lines.map(({ name, output, values }) => [
      `${name} ${output}`,
      Object.fromEntries(candles.map(({ timestamp }, at) => [timestamp, values[at] ?? null])),
    ]),
  );
}

/** Expects the same values, to the last bit, wherever both tables have the timestamp. */
function expectAgreement(one: IndicatorTable, other: IndicatorTable): void {
  const [short, long] = [toRecord(one), toRecord(other)];
  expect(Object.keys(short)).toEqual(Object.keys(long));
  for (const [line, values] of Object.entries(short)) {
    const common = Object.entries(values).filter(([timestamp]) => Object.hasOwn(long[line] ?? {}, timestamp));
    expect(common.length).toBeGreaterThan(0);
    const expected = common.map(([timestamp]) => [timestamp, long[line]?.[Number(timestamp)]]);
    expect([line, common]).toEqual([line, expected]);
  }
}

const histories: readonly [string, ListedCandles][] = [
  ['without gaps', new ListedCandles(randomCandles({ seed: 1, count: 5000, stepMs: hourMs, lastAt }))],
  ['with gaps', new ListedCandles(randomCandles({ seed: 2, count: 4000, stepMs: hourMs, lastAt, gaps: 0.5 }))],
  [
    'with prices that hardly move',
    new ListedCandles(randomCandles({ seed: 3, count: 5000, stepMs: hourMs, lastAt, tick: 5 })),
  ],
  ['of a young market', new ListedCandles(randomCandles({ seed: 4, count: 700, stepMs: hourMs, lastAt }))],
  [
    'of which the exchange serves 720 periods',
    new ListedCandles(randomCandles({ seed: 5, count: 5000, stepMs: hourMs, lastAt }), lastAt - 719 * hourMs),
  ],
  [
    'of which the exchange serves 720 periods, with gaps',
    new ListedCandles(
      randomCandles({ seed: 6, count: 5000, stepMs: hourMs, lastAt, gaps: 0.5 }),
      lastAt - 719 * hourMs,
    ),
  ],
];

describe.each(histories)('over a history %s', (_of, reader) => {
  const isShort = reader.oldest > 0;

  test('the timestamps are those of the candles', async () => {
    const query = { ...series, limit: 50 };
    const { candles, series: lines } = await queries.answer(query, allKinds, reader);
    expect(candles).toEqual(await reader.fetchCandles(query));
    expect(lines.map(({ values }) => values.length)).toEqual(new Array(15).fill(50));
    expect(candles.at(-1)?.closed).toBe(false);
  });

  test('the newest values do not depend on limit', async () => {
    const of: readonly IndicatorInput[] = [...allKinds, { kind: 'EMA', period: 200 }, { kind: 'VWAP', period: 50 }];
    const longest = await queries.answer({ ...series, limit: isShort ? 300 : 1000 }, of, reader);
    for (const limit of [1, 10, 100]) {
      expectAgreement(await queries.answer({ ...series, limit }, of, reader), longest);
    }
  });

  test('values from since on, and those before until, do not depend on limit', async () => {
    const span = 600;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: span }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        fc.boolean(),
        async (hours, one, other, isSince) => {
          const at = lastAt - hours * hourMs - 1;
          const bound = isSince
            ? { since: isShort ? Math.max(at, reader.oldest) : at }
            : { until: lastAt - hours * 0.3 * hourMs + 1 };
          const limits = isShort && !isSince ? [one % 100, other % 100] : [one, other];
          const tables = await Promise.all(
            limits.map((limit) => queries.answer({ ...series, ...bound, limit: Math.max(1, limit) }, allKinds, reader)),
          );
          const [short, long] = tables;
          if (short && long && short.candles.length > 0) expectAgreement(short, long);
        },
      ),
      { numRuns: 25 },
    );
  });
});

test('since with until, and pages of the same history, agree with each other except for the level of OBV', async () => {
  const reader = new ListedCandles(randomCandles({ seed: 11, count: 5000, stepMs: hourMs, lastAt, gaps: 0.2 }));
  const of = allKinds.filter(({ kind }) => kind !== 'OBV');
  const newest = await queries.answer({ ...series, limit: 900 }, of, reader);
  for (const hours of [5, 100, 333, 500]) {
    const since = lastAt - hours * hourMs;
    expectAgreement(await queries.answer({ ...series, since, limit: 40 }, of, reader), newest);
    const until = since + 20 * hourMs;
    expectAgreement(await queries.answer({ ...series, since, until, limit: 40 }, of, reader), newest);
  }
});

test('OBV has the same differences in every answer', async () => {
  const reader = new ListedCandles(randomCandles({ seed: 12, count: 5000, stepMs: hourMs, lastAt }));
  const valuesOf = async (query: Partial<CandleQuery>): Promise<readonly (number | null)[]> => {
    const { series: lines } = await queries.answer({ ...series, limit: 100, ...query }, [{ kind: 'OBV' }], reader);
    return lines[0]?.values ?? [];
  };
  const [newest, since] = [await valuesOf({}), await valuesOf({ since: lastAt - 99 * hourMs })];
  expect(newest).not.toContain(null);
  expect(since).not.toContain(null);
  for (const [at, value] of newest.entries()) {
    expect((value ?? 0) - (newest[0] ?? 0)).toBeCloseTo((since[at] ?? 0) - (since[0] ?? 0), 6);
  }
});

test.each([1, 100, 1000])('with a limit of %d, the values are those over the whole history, to 1e-9', async (limit) => {
  const all = randomCandles({ seed: 21, count: 6000, stepMs: hourMs, lastAt, gaps: 0.1 });
  const of: readonly IndicatorInput[] = [
    ...allKinds.filter(({ kind }) => kind !== 'OBV'),
    { kind: 'EMA', period: 100 },
    { kind: 'RSI', period: 50 },
    { kind: 'ADX', period: 50 },
    { kind: 'MACD', fast: 5, slow: 60, signal: 40 },
  ];
  const { series: lines } = await queries.answer({ ...series, limit }, of, new ListedCandles(all));
  const expected = parseIndicators(of, '1h').flatMap((indicator) => Object.values(naiveLines(indicator, all)));
  expect(lines).toHaveLength(expected.length);
  for (const [line, { name, values }] of lines.entries()) {
    const reference = expected[line]?.slice(-limit) ?? [];
    // A histogram can be as close to 0 as it likes: the lines of MACD are compared in relation to the price.
    const scaleOf = (value: number): number => (name.startsWith('MACD') ? 100 : Math.abs(value));
    for (const [at, value] of values.entries()) {
      const exact = reference[at] ?? null;
      expect([name, value === null]).toEqual([name, exact === null]);
      const error = Math.abs((value ?? 0) - (exact ?? 0)) / scaleOf(exact ?? 1);
      expect([name, error < 1e-9]).toEqual([name, true]);
    }
  }
});

test('near the listing of a market, values are null until the indicator has its candles', async () => {
  const all = randomCandles({ seed: 31, count: 40, stepMs: hourMs, lastAt });
  const { candles, series: lines } = await queries.answer({ ...series, limit: 100 }, allKinds, new ListedCandles(all));
  expect(candles).toHaveLength(40);
  const expected = parseIndicators(allKinds, '1h').flatMap((indicator) => Object.values(naiveLines(indicator, all)));
  for (const [line, { values }] of lines.entries()) {
    const reference = expected[line] ?? [];
    expect(values.map((value) => value === null)).toEqual(reference.map((value) => value === null));
    for (const [at, value] of values.entries()) expect(value ?? 0).toBeCloseTo(reference[at] ?? 0, 8);
  }
});

test('where the exchange serves no older candles, averages are null until their beginning weighs less than 1 %', async () => {
  const all = randomCandles({ seed: 41, count: 3000, stepMs: hourMs, lastAt }).map((candle) => ({
    ...candle,
    volume: candle.volume + 1,
  }));
  const oldest = lastAt - 719 * hourMs;
  const of: readonly IndicatorInput[] = [
    { kind: 'SMA', period: 200 },
    { kind: 'EMA', period: 200 },
    { kind: 'EMA', period: 500 },
    { kind: 'RSI', period: 14 },
    { kind: 'VWAP' },
  ];
  const { series: lines } = await queries.answer({ ...series, limit: 720 }, of, new ListedCandles(all, oldest));
  const nulls = lines.map(({ values }) => values.filter((value) => value === null).length);
  const untilMidnight = (24 - new Date(oldest).getUTCHours()) % 24;
  expect(nulls).toEqual([199, 461, 720, 77, untilMidnight]);
  const ema = naiveLines({ kind: 'EMA', period: 200 }, all).value?.slice(-259) ?? [];
  for (const [at, value] of (lines[1]?.values.slice(-259) ?? []).entries()) {
    expect(Math.abs((value ?? 0) / (ema[at] ?? 1) - 1)).toBeLessThan(0.01);
  }
});

test('no candles have no values, and nothing more is fetched', async () => {
  const reader = new ListedCandles([]);
  const { candles, series: lines } = await queries.answer({ ...series, limit: 5 }, allKinds, reader);
  expect(candles).toEqual([]);
  expect(lines.flatMap(({ values }) => values)).toEqual([]);
  expect(reader.queries).toHaveLength(1);
});

test('windows fetch no more candles than they need, and all indicators share one fetch', async () => {
  const reader = new ListedCandles(randomCandles({ seed: 51, count: 3000, stepMs: hourMs, lastAt }));
  await queries.answer({ ...series, limit: 5 }, [{ kind: 'SMA' }, { kind: 'BOLLINGER', period: 30 }], reader);
  expect(reader.queries.map(({ limit }) => limit)).toEqual([5, 29]);
  await queries.answer({ ...series, limit: 5 }, [{ kind: 'SMA', period: 1 }], reader);
  expect(reader.queries).toHaveLength(3);
});

test.each([0, 1001, -1])('a limit of %d is refused before anything is fetched', async (limit) => {
  const reader = new ListedCandles([]);
  const answer = queries.answer({ ...series, limit }, allKinds, reader);
  await expect(answer).rejects.toThrow(`limit is ${limit}; it must be from 1 to 1000.`);
  await expect(answer).rejects.toBeInstanceOf(MarketDataError);
  expect(reader.queries).toEqual([]);
});

test('absurd prices make null, not Infinity', async () => {
  const huge = randomCandles({ seed: 61, count: 100, stepMs: hourMs, lastAt }).map(
    (candle): Candle => ({ ...candle, open: 1e308, high: 1.7e308, low: 1, close: 1.2e308 }),
  );
  const { series: lines } = await queries.answer({ ...series, limit: 3 }, allKinds, new ListedCandles(huge));
  const values = lines.flatMap((line) => line.values);
  expect(values).toContain(null);
  expect(values.filter((value) => value !== null && !Number.isFinite(value))).toEqual([]);
});

test('long calculations leave other work its turns', async () => {
  const reader = new ListedCandles(randomCandles({ seed: 71, count: 18_000, stepMs: hourMs, lastAt }));
  const of = Array.from({ length: 20 }, (_, at): IndicatorInput => {
    const kind = (['ADX', 'RSI', 'BOLLINGER', 'STOCHASTIC'] as const)[at % 4] ?? 'SMA';
    return { kind, period: 500 - at };
  });
  await queries.answer({ ...series, limit: 1000 }, of, reader);
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  const startedAt = performance.now();
  await queries.answer({ ...series, limit: 1000 }, of, reader);
  const tookMs = performance.now() - startedAt;
  clearInterval(timer);
  expect(turns).toBeGreaterThan(tookMs / 50);
});
