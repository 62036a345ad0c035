import { expect, test } from 'vitest';
import { bothValid, reusableUntilOf } from '../../../src/market/model/fresh.ts';

test('something made of two values is valid until the first of them is not', () => {
  expect(bothValid({ freshUntil: 20 }, { freshUntil: 10 })).toEqual({ freshUntil: 10 });
  let isCurrent = true;
  const both = bothValid(
    { freshUntil: 5, reusableUntil: 15, isCurrent: () => isCurrent },
    { freshUntil: 12, isCurrent: () => true },
  );
  expect(both).toMatchObject({ freshUntil: 5, reusableUntil: 12 });
  expect(both.isCurrent?.()).toBe(true);
  isCurrent = false;
  expect(both.isCurrent?.()).toBe(false);
});

test('a value that is being renewed can be used for longer than it is fresh', () => {
  expect(reusableUntilOf({ freshUntil: 10 })).toBe(10);
  expect(reusableUntilOf({ freshUntil: 10, reusableUntil: 30 })).toBe(30);
});
