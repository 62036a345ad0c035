import type { Sorting } from '../../address/address.ts';
import { compareValues, type SortValue } from '../../base/compare-values.ts';
import type { MarketRef } from '../../base/market-ref.ts';
import type { Row } from '../live/row.ts';
import { columns } from './columns.ts';

/** The markets in the order of a column; without sorting, in that of the list. Equal values keep the order of the list. */
export function sortMarkets(
  markets: readonly MarketRef[],
  sorting: Sorting | null,
  rowOf: (market: MarketRef) => Row,
): readonly MarketRef[] {
  const column = columns.find(({ id }) => id === sorting?.by);
  if (!sorting || !column) return markets;
  const values = new Map<MarketRef, SortValue>(
    markets.map((market) => [market, column.valueOf(market, rowOf(market))]),
  );
  const read = (market: MarketRef): SortValue => values.get(market) ?? null;
  return markets.toSorted((a, b) => compareValues(read(a), read(b), sorting.descending));
}

/** Large numbers are wanted first, names from A. */
export function isDescendingFirst(by: string): boolean {
  return by !== 'market';
}

/** The sorting after a click on a column: its usual direction, the other one, the order of the list. */
export function nextSorting(sorting: Sorting | null, by: string): Sorting | null {
  const descending = isDescendingFirst(by);
  if (sorting?.by !== by) return { by, descending };
  return sorting.descending === descending ? { by, descending: !descending } : null;
}
