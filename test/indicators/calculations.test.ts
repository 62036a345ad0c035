import { ADX, ATR, RSI, WSMA } from 'trading-signals';
import { describe, expect, test } from 'vitest';
import { calculationOf } from '../../src/indicators/calculations.ts';
import { type Indicator, nameOf } from '../../src/indicators/indicator.ts';
import type { Candle } from '../../src/market/model/candle.ts';
import { naiveLines } from '../support/candles/naive-indicators.ts';
import { randomCandles } from '../support/candles/random-candles.ts';

const walk = { seed: 7, count: 400, stepMs: 3_600_000, lastAt: Date.UTC(2026, 5, 1) };

const indicators: readonly Indicator[] = [
  { kind: 'SMA', period: 1 },
  { kind: 'SMA', period: 20 },
  { kind: 'EMA', period: 1 },
  { kind: 'EMA', period: 20 },
  { kind: 'RSI', period: 2 },
  { kind: 'RSI', period: 14 },
  { kind: 'MACD', fast: 12, slow: 26, signal: 9 },
  { kind: 'MACD', fast: 3, slow: 5, signal: 30 },
  { kind: 'BOLLINGER', period: 20, deviations: 2 },
  { kind: 'BOLLINGER', period: 2, deviations: 0.5 },
  { kind: 'ATR', period: 1 },
  { kind: 'ATR', period: 14 },
  { kind: 'VWAP', period: null },
  { kind: 'VWAP', period: 10 },
  { kind: 'STOCHASTIC', period: 14, signal: 3 },
  { kind: 'STOCHASTIC', period: 1, signal: 1 },
  { kind: 'OBV' },
  { kind: 'ADX', period: 2 },
  { kind: 'ADX', period: 14 },
];

/** The lines of an indicator, with null where it needs more candles. */
function linesOf(
  indicator: Indicator,
  candles: readonly Candle[],
): Readonly<Record<string, readonly (number | null)[]>> {
  const { outputs, begin } = calculationOf(indicator);
  const add = begin(false);
  const rows = candles.map((candle) => add(candle));
  const toColumn = (needs: number, column: number): readonly (number | null)[] =>
    rows.map((row, at) => (at + 1 < needs ? null : (row[column] ?? null)));
  return Object.fromEntries(outputs.map(({ name, needs }, column) => [name, toColumn(needs, column)]));
}

/** Equal to 1e-9 of the prices, with null in the same places. */
function expectClose(found: readonly (number | null)[], expected: readonly (number | null)[]): void {
  expect(found.map((value) => value === null)).toEqual(expected.map((value) => value === null));
  for (const [at, value] of found.entries()) {
    const difference = Math.abs((value ?? 0) - (expected[at] ?? 0));
    expect(difference).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value ?? 0)));
  }
}

describe.each(indicators)('%o', (indicator) => {
  test.each([
    ['a walk', randomCandles(walk)],
    ['a walk with gaps', randomCandles({ ...walk, seed: 8, gaps: 0.4 })],
    ['coarse prices, with equal moves', randomCandles({ ...walk, seed: 9, tick: 1 })],
    ['too few candles', randomCandles({ ...walk, count: 3 })],
    ['no candles', []],
  ])('has the values of its definition over %s', (_of, candles) => {
    const lines = linesOf(indicator, candles);
    const expected = naiveLines(indicator, candles);
    expect(Object.keys(lines)).toEqual(Object.keys(expected));
    for (const [name, values] of Object.entries(lines)) expectClose(values, expected[name] ?? []);
  });
});

test.each([2, 14, 50])("RSI, ATR and ADX over %d candles are the library's", (period) => {
  const candles = randomCandles(walk);
  const [rsi, atr, adx] = [new RSI(period, WSMA), new ATR(period, WSMA), new ADX(period)];
  expectClose(
    linesOf({ kind: 'RSI', period }, candles).value ?? [],
    candles.map(({ close }) => rsi.add(close)),
  );
  expectClose(
    linesOf({ kind: 'ATR', period }, candles).value ?? [],
    candles.map((candle) => atr.add(candle)),
  );
  expectClose(
    linesOf({ kind: 'ADX', period }, candles).value ?? [],
    candles.map((candle) => adx.add(candle)),
  );
});

test('a market whose price never moves has values, not NaN', () => {
  const flat = randomCandles({ ...walk, count: 60 }).map((candle) => ({
    ...candle,
    ...{ open: 5, high: 5, low: 5, close: 5, volume: 0 },
  }));
  const lastOf = (indicator: Indicator): unknown =>
    Object.values(linesOf(indicator, flat)).map((values) => values.at(-1));
  expect(lastOf({ kind: 'ADX', period: 14 })).toEqual([0]);
  expect(lastOf({ kind: 'RSI', period: 14 })).toEqual([100]);
  expect(lastOf({ kind: 'STOCHASTIC', period: 14, signal: 3 })).toEqual([0, 0]);
  expect(lastOf({ kind: 'BOLLINGER', period: 20, deviations: 2 })).toEqual([5, 5, 5]);
  expect(lastOf({ kind: 'VWAP', period: null })).toEqual([null]);
  expect(lastOf({ kind: 'VWAP', period: 10 })).toEqual([null]);
});

test('names have the parameters', () => {
  const names = indicators.map(nameOf);
  expect(names.filter((name) => /MACD|BOLL|STOCH|OBV|VWAP/.test(name))).toEqual([
    'MACD(12,26,9)',
    'MACD(3,5,30)',
    'BOLLINGER(20,2)',
    'BOLLINGER(2,0.5)',
    'VWAP',
    'VWAP(10)',
    'STOCHASTIC(14,3)',
    'STOCHASTIC(1,1)',
    'OBV',
  ]);
});
