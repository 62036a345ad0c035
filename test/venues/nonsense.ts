/**
 * How the numbers of an answer are made invalid.
 * - `nan`: decimal strings are `NaN`, JSON numbers null.
 * - `negative`: every number that is not a time is below zero.
 * - `year-3000`: every time, in ms or seconds, is in the year 3000; ISO dates too.
 */
export type Nonsense = 'nan' | 'negative' | 'year-3000';

const year3000 = Date.UTC(3000, 0);

/**
 * Larger numbers are times: no generated price or volume is as large. In seconds it is in this century, in ms after
 * 1970.
 */
const leastTime = 1_500_000_000;
const leastTimeMs = 1_000_000_000_000;

/** The same JSON with invalid numbers. */
export function spoil(value: unknown, how: Nonsense): unknown {
  if (Array.isArray(value)) return value.map((each) => spoil(each, how));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, spoil(each, how)]));
  }
  if (typeof value === 'number') return spoilNumber(value, how);
  if (typeof value !== 'string') return value;
  if (/^-?\d+(\.\d+)?$/.test(value)) return how === 'nan' ? 'NaN' : String(spoilNumber(Number(value), how));
  return how === 'year-3000' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(year3000).toISOString() : value;
}

function spoilNumber(value: number, how: Nonsense): number | null {
  const isTime = value >= leastTime;
  if (how === 'nan') return null;
  if (how === 'negative') return isTime ? value : -Math.abs(value) - 1;
  if (!isTime) return value;
  return value >= leastTimeMs ? year3000 : year3000 / 1000;
}
