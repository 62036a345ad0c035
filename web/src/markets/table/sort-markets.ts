import type { Sorting } from '../../address/address.ts';
import type { MarketRef } from '../../base/market-ref.ts';
import type { Row } from '../live/row.ts';
import { columns } from './columns.ts';

type Value = number | string | null;

/** The markets in the order of a column; without sorting, in that of the list. Equal values keep the order of the list. */
export function sortMarkets(
  markets: readonly MarketRef[],
  sorting: Sorting | null,
  rowOf: (market: MarketRef) => Row,
): readonly MarketRef[] {
  const column = columns.find(({ id }) => id === sorting?.by);
  if (!sorting || !column) return markets;
  const values = new Map<MarketRef, Value>(markets.map((market) => [market, column.valueOf(market, rowOf(market))]));
  const direction = sorting.descending ? -1 : 1;
  return markets.toSorted((a, b) => compare(values.get(a) ?? null, values.get(b) ?? null, direction));
}

/** Nulls come last in both directions. */
function compare(a: Value, b: Value, direction: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'string' || typeof b === 'string') return direction * String(a).localeCompare(String(b), 'en');
  return direction * (a - b);
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
