import { expect, test } from 'vitest';
import { formatAmount, formatPercentage } from '../../../web/src/format/amount.ts';

test('an amount has four significant digits, also if the last are zeros', () => {
  const texts = [0.000123456, 12.3456, 1234.5, 197e6, 999_999, 9_876_543_210, 2.06e9].map(formatAmount);
  expect(texts).toEqual(['0.0001235', '12.35', '1.235K', '197.0M', '1.000M', '9.877B', '2.060B']);
});

test('an amount of zero is 0', () => {
  expect(formatAmount(0)).toBe('0');
});

test('a percentage has two decimals, and a sign unless it is zero', () => {
  const texts = [1.5, -0.125, 0, -0.001, 1234.5].map(formatPercentage);
  expect(texts).toEqual(['+1.50%', '-0.13%', '0.00%', '0.00%', '+1,234.50%']);
});

test('what is unknown is a dash', () => {
  expect([formatAmount(null), formatPercentage(null)]).toEqual(['–', '–']);
});
