import { expect, test } from 'vitest';
import { findOutliers, medianOf, middleOf } from '../../../src/market/quotes/outliers.ts';

const outliersOf = (...prices: readonly number[]): readonly number[] => prices.filter(findOutliers(prices));

test.each([
  [[100, 105, 95], []],
  [[100, 100, 106], [106]],
  [[100, 100, 94], [94]],
  // Their usual distance from the median, 20, allows 100.
  [[100, 120, 140, 230], []],
  [[100, 120, 140, 221, 120], [221]],
  // A unit of a thousand coins.
  [[0.01, 0.0101, 10], [10]],
  // Half of them are wrong, so it is unknown which half.
  [[100, 100, 200, 200], []],
  [
    [100, 101, 102, 200, 210],
    [200, 210],
  ],
  [[1, 1000], []],
  [[5], []],
  [[], []],
])('of %j, %j are outliers', (prices, expected) => {
  expect(outliersOf(...prices)).toEqual(expected);
});

test('the median is the middle, or halfway between the two in the middle', () => {
  expect([medianOf([]), medianOf([4]), medianOf([9, 1]), medianOf([3, 9, 1]), medianOf([4, 9, 1, 3])]).toEqual([
    null,
    4,
    5,
    3,
    3.5,
  ]);
  expect([middleOf([]), middleOf([3, 9, 1]), middleOf([4, 9, 1, 3])]).toEqual([
    [undefined, undefined],
    [3, 3],
    [3, 4],
  ]);
  expect(medianOf([Number.MAX_VALUE, Number.MAX_VALUE, Number.MAX_VALUE, 1])).toBe(Number.MAX_VALUE);
});
