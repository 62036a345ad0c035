import { expect, test } from 'vitest';
import { formatAge, formatRetry } from '../../../web/src/format/age.ts';

test.each([
  [0, 'now'],
  [999, 'now'],
  [1000, '1 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_599_999, '59 min'],
  [3_600_000, '1 h'],
  [86_399_999, '23 h'],
  [86_400_000, '1 d'],
  [400 * 86_400_000, '400 d'],
])('%d ms are %s', (age, text) => {
  expect(formatAge(age)).toBe(text);
});

test('a time slightly ahead of the clock is now', () => {
  expect(formatAge(-1)).toBe('now');
  expect(formatAge(-60_000)).toBe('now');
});

test.each([
  [35_000, 'Trying again in 35 s.'],
  [34_001, 'Trying again in 35 s.'],
  [1, 'Trying again in 1 s.'],
  [0, 'Trying again.'],
  [-5_000, 'Trying again.'],
  [60_000, 'Trying again in 1 min.'],
  [61_000, 'Trying again in 2 min.'],
])('what is due in %d ms: %s', (left, text) => {
  expect(formatRetry(left)).toBe(text);
});
