import type { Sorting } from '../address/address.ts';
import type { ScreenRow } from './screen-rows.ts';

type Value = number | string | null;

/** What the rows are sorted by, for each column. */
const values: Readonly<Record<string, (row: ScreenRow) => Value>> = {
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
  if (!pick) return rows;
  const sign = sorting?.descending ? -1 : 1;
  return rows.toSorted((a, b) => compare(pick(a), pick(b), sign));
}

function compare(a: Value, b: Value, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -sign : a > b ? sign : 0;
}
