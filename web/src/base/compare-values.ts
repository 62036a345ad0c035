/** What a table can be sorted by. */
export type SortValue = number | string | null;

/** Compares two values of a column for `toSorted`. Null, which stands for no value, comes last in both directions. */
export function compareValues(a: SortValue, b: SortValue, isDescending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en');
  return isDescending ? -order : order;
}
