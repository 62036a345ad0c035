import { expect, test } from 'vitest';
import { annualize } from '../../../../src/market/model/derivatives/funding-rate.ts';

const hourMs = 3_600_000;

test.each([
  [1, 0.876],
  [4, 0.219],
  [8, 0.1095],
])('one basis point every %i hours is %f in a year', (hours, expected) => {
  expect(annualize({ rate: 0.0001, intervalMs: hours * hourMs })).toBeCloseTo(expected, 12);
});

test('without a rate or an interval, nothing is computed', () => {
  expect(annualize({ rate: 0.0001, intervalMs: null })).toBeNull();
  expect(annualize({ rate: null, intervalMs: 8 * hourMs })).toBeNull();
  expect(annualize({ rate: 0, intervalMs: 8 * hourMs })).toBe(0);
});
