import { expect, test } from 'vitest';
import { toMinMove, toPriceStep } from '../../../../../web/src/market/chart/canvas/price-step.ts';
import { candleAt } from '../candles/test-candles.ts';

test.each([
  ['the step of the exchange counts', 0.5, [100.123], 0.5],
  ['without it, the finest price does', null, [100.5, 98.25], 0.01],
  ['prices as small as those of SHIB', null, [0.000012479], 1e-9],
  ['a number that is written with an exponent', null, [1.5e-9], 1e-10],
  ['whole numbers', null, [98_000, 97_000], 1],
  ['nothing is known', null, [], null],
  ['a step that is none', 0, [100.5], 0.1],
])('%s', (_name, precision, closes, expected) => {
  const candles = closes.map((close, minute) => ({ ...candleAt(minute, close), open: close, high: close, low: close }));
  expect(toPriceStep(precision, candles)).toBe(expected);
});

test('the axis has a step for any price', () => {
  expect(toMinMove(0.01)).toBe(0.01);
  expect(toMinMove(10)).toBe(10);
  expect(toMinMove(null)).toBe(1e-12);
  expect(toMinMove(1e-18)).toBe(1e-12);
});
