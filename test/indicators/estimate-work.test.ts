import { expect, test } from 'vitest';
import { countLines, countWarmUp } from '../../src/indicators/estimate-work.ts';

test.each<[unknown, number, number]>([
  [[{ kind: 'SMA', period: 50 }], 1, 49],
  [{ kind: 'SMA' }, 1, 19],
  [[{ kind: 'MACD' }, { kind: 'BOLLINGER' }, { kind: 'STOCHASTIC' }, { kind: 'ADX' }], 9, 448],
  [[{ kind: 'EMA', period: null }], 1, 278],
  [[{ kind: 'VWAP' }], 1, 1440],
  [[{ kind: 'OBV' }], 1, 1000],
  [[{ kind: 'SMA', period: 1 }], 1, 0],
  [[], 0, 0],
])('%o has %d lines, after %d candles', (value, lines, candles) => {
  expect(countLines(value)).toBe(lines);
  expect(countWarmUp(value)).toBe(candles);
});

test('a period that is a variable inside of a literal counts as the largest', () => {
  expect(countWarmUp([{ kind: 'SMA', period: undefined }])).toBe(499);
  expect(countWarmUp([{ kind: 'BOLLINGER', period: undefined, deviations: undefined }])).toBe(499);
});

test.each([
  undefined,
  null,
  7,
  'SMA',
  [null],
  [[]],
  [{}],
  [{ kind: 'constructor' }],
  [{ kind: 'SMA', period: 0 }],
  [{ kind: 'SMA', period: 'x' }],
  [{ kind: 'MACD', fast: 9, slow: 3 }],
])('%o, which is refused, has a size that is a number', (value) => {
  expect(countLines(value)).toBeGreaterThanOrEqual(0);
  expect(countWarmUp(value)).toBeGreaterThanOrEqual(0);
});

test('no more entries count than may be asked for', () => {
  expect(countLines(new Array(1000).fill({ kind: 'MACD' }))).toBe(60);
});
