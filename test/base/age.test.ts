import { expect, test } from 'vitest';
import { ageOf } from '../../src/base/age.ts';

const now = 1_800_000_000_000;

test.each([
  ['a while ago', 5000, 5000],
  ['now', 0, 0],
  ['a few ms ahead, by the clock of another machine', -3, 0],
  ['a second ahead', -1000, 0],
  ['more than a second ahead, so that our clock was set back', -1001, Number.POSITIVE_INFINITY],
  ['an hour ahead', -3_600_000, Number.POSITIVE_INFINITY],
])('%s', (_name, agoMs, expected) => {
  expect(ageOf(now - agoMs, now)).toBe(expected);
});
