import { describeValue } from './describe-value.ts';

/** Start of the year of Bitcoin's first block, epoch ms. No market has earlier times. */
const firstMarketYear = Date.UTC(2009, 0);

/** Smaller numbers (before 1973-03-03 as epoch ms) can be epoch seconds, which reach the year 5138 below this bound. */
const maxSeconds = 1e11;

/** The end of the last year that ISO-8601 writes with four digits, epoch ms. */
const maxMs = Date.UTC(10_000, 0) - 1;

/**
 * The numbers that are read as epoch milliseconds, from the first to the last of each range. Between the ranges are those
 * that can be epoch seconds.
 */
export const epochMsRanges = [
  { minimum: 0, maximum: firstMarketYear / 1000 - 1 },
  { minimum: maxSeconds, maximum: maxMs },
] as const;

/** Other units in which programs count from the epoch, each in ms. */
const units = [
  { name: 'seconds', ms: 1000 },
  { name: 'microseconds', ms: 1e-3 },
  { name: 'nanoseconds', ms: 1e-6 },
] as const;

/**
 * True for a number that can be epoch milliseconds, up to the year 9999. False for the epoch seconds, microseconds or
 * nanoseconds of any time that has markets. Read as milliseconds, seconds would be a day from 1970 to 1973, which nobody
 * queries except to mean "from the beginning", and the other two a year in the far future.
 */
export function isEpochMs(value: number): boolean {
  return Number.isInteger(value) && epochMsRanges.some(({ minimum, maximum }) => value >= minimum && value <= maximum);
}

/** A sentence that says why a value is not a valid date-time and, if that can be guessed, which value was meant. */
export function explainInvalidDateTime(value: unknown): string {
  const subject = describeValue(value);
  const number = toNumber(value);
  const unit = units.find(({ ms }) => isMarketTime(number * ms));
  if (unit) {
    const time = Math.round(number * unit.ms);
    return `${subject} looks like ${unit.name}: use epoch milliseconds, ${time}, for ${new Date(time).toISOString()}.`;
  }
  if (typeof value === 'string' && isMarketTime(number)) {
    return `${subject} is a string: use epoch milliseconds as a number, ${Math.round(number)}.`;
  }
  if (typeof value === 'number' && value < 0) {
    return `${subject} is before 1970: use epoch milliseconds, or 0 for the beginning.`;
  }
  return `${subject} is not a valid date-time: use ISO-8601 with a time zone, such as "2026-01-31T12:00:00Z", or epoch milliseconds.`;
}

function isMarketTime(epochMs: number): boolean {
  return epochMs >= firstMarketYear && epochMs < maxSeconds * 1000;
}

/** The number that a value is, or that a string contains; NaN for anything else. */
function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,20}(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
}
