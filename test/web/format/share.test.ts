import { expect, test } from 'vitest';
import { formatShare, formatSpread } from '../../../web/src/format/share.ts';

test.each([
  [1.5, 2, '1.50%'],
  [0, 4, '0.0000%'],
  [0.00032, 4, '0.0003%'],
  [0.00002, 4, '< 0.0001%'],
  [-0.5, 2, '-0.50%'],
  [null, 2, '–'],
])('%s with %s decimals is %s', (percentage, decimals, text) => {
  expect(formatShare(percentage, decimals)).toBe(text);
});

test('a spread has four decimals, so that a narrow one is not zero', () => {
  expect([0.0003, 0.00001, 0, 1.5, null].map(formatSpread)).toEqual([
    '0.0003%',
    '< 0.0001%',
    '0.0000%',
    '1.5000%',
    '–',
  ]);
});
