import type { Sorting } from '../address/address.ts';
import { compareValues, type SortValue } from '../base/compare-values.ts';
import type { ScreenRow } from './screen-rows.ts';

/** What the rows are sorted by, for each column. */
const values: Readonly<Record<string, (row: ScreenRow) => SortValue>> = {
  rank: ({ rank }) => rank,
  symbol: ({ symbol }) => symbol,
  last: ({ last }) => last,
  percentage: ({ percentage }) => percentage,
  volume: ({ volume }) => volume,
  low: ({ low }) => low,
  high: ({ high }) => high,
  range: ({ range }) => range,
  spread: ({ spread }) => spread,
  age: ({ receivedAt }) => -receivedAt,
};

/** The rows by a column; those without a value come last in both directions. Equal ones stay as they are ranked. */
export function sortRows(rows: readonly ScreenRow[], sorting: Sorting | null): readonly ScreenRow[] {
  const pick = sorting && Object.hasOwn(values, sorting.by) ? values[sorting.by] : null;
  if (!sorting || !pick) return rows;
  return rows.toSorted((a, b) => compareValues(pick(a), pick(b), sorting.descending));
}
