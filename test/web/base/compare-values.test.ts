import { expect, test } from 'vitest';
import { compareValues, type SortValue } from '../../../web/src/base/compare-values.ts';

const sort = (values: readonly SortValue[], isDescending: boolean) =>
  values.toSorted((a, b) => compareValues(a, b, isDescending));

test.each([
  { values: [2, null, -1, 10], ascending: [-1, 2, 10, null], descending: [10, 2, -1, null] },
  { values: ['b', null, 'C', 'a'], ascending: ['a', 'b', 'C', null], descending: ['C', 'b', 'a', null] },
])('null is last in both directions: $values', ({ values, ascending, descending }) => {
  expect(sort(values, false)).toEqual(ascending);
  expect(sort(values, true)).toEqual(descending);
});
