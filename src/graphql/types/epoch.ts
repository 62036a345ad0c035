import { toGiven } from './given.ts';

/** No market has a time from before Bitcoin's first year, epoch ms. */
const marketsBegan = Date.UTC(2009, 0);

/** What is less, epoch ms (1973-03-03), may be an instant in seconds: until the year 5138, which is later than any. */
const leastMs = 1e11;

/** The end of the last year that ISO-8601 writes with four digits, epoch ms. */
const maxMs = Date.UTC(10_000, 0) - 1;

/** Other units in which programs count from the epoch, each in ms. */
const units = [
  { name: 'seconds', ms: 1000 },
  { name: 'microseconds', ms: 1e-3 },
  { name: 'nanoseconds', ms: 1e-6 },
] as const;

/**
 * True of a number that may be epoch milliseconds, up to the year 9999. False of seconds, microseconds and nanoseconds of
 * any time that has markets: as milliseconds the first would be a day of 1970 to 1973, which nobody can ask for but as
 * "from the beginning", and the others a year that nobody will see.
 */
export function isEpochMs(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= maxMs && !isInSeconds(value);
}

function isInSeconds(value: number): boolean {
  return value * 1000 >= marketsBegan && value < leastMs;
}

/** A sentence that says why a value is not an instant, and what would be right as far as that can be guessed. */
export function explainInstant(value: unknown): string {
  const given = toGiven(value);
  const number = toNumber(value);
  const unit = units.find(({ ms }) => isOfMarkets(number * ms));
  if (unit) {
    const instant = Math.round(number * unit.ms);
    return `${given} looks like ${unit.name}: give epoch milliseconds, ${instant}, for ${new Date(instant).toISOString()}.`;
  }
  if (typeof value === 'string' && isOfMarkets(number)) {
    return `${given} is text: give epoch milliseconds as a number, ${Math.round(number)}.`;
  }
  if (typeof value === 'number' && value < 0) {
    return `${given} is before 1970: give epoch milliseconds, or 0 for the beginning.`;
  }
  return `${given} is no instant: give ISO-8601 with a time zone, such as "2026-01-31T12:00:00Z", or epoch milliseconds.`;
}

function isOfMarkets(instant: number): boolean {
  return instant >= marketsBegan && instant < leastMs * 1000;
}

/** The number that a value is, or that a text holds; NaN of all else. */
function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,20}(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
}
