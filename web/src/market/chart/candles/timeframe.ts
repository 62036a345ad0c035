const units = {
  s: { ms: 1000, name: 'second' },
  m: { ms: 60_000, name: 'minute' },
  h: { ms: 3_600_000, name: 'hour' },
  d: { ms: 86_400_000, name: 'day' },
  w: { ms: 604_800_000, name: 'week' },
  M: { ms: 30 * 86_400_000, name: 'month' },
  y: { ms: 365 * 86_400_000, name: 'year' },
} as const;

type Unit = keyof typeof units;

// Some exchanges begin their months at their own midnight, up to 14 hours before midnight UTC.
const earliestMidnightMs = 14 * units.h.ms;

const fallback = '1m';

/** Start of the period after the one that starts at `start`, epoch ms: months and years have different lengths. */
export function periodAfter(timeframe: string, start: number): number {
  const { count, unit } = parse(timeframe);
  if (unit !== 'M' && unit !== 'y') return start + count * units[unit].ms;
  const inMonth = new Date(start + earliestMidnightMs);
  const [year, month] = [inMonth.getUTCFullYear(), inMonth.getUTCMonth()];
  return Date.UTC(year, month + count * (unit === 'y' ? 12 : 1)) + (start - Date.UTC(year, month));
}

/** How long a period takes, in ms; about as long for months and years. */
export function lengthOf(timeframe: string): number {
  const { count, unit } = parse(timeframe);
  return count * units[unit].ms;
}

/** `15m` in words: 15 minutes. */
export function nameOf(timeframe: string): string {
  const { count, unit } = parse(timeframe);
  return `${count} ${units[unit].name}${count === 1 ? '' : 's'}`;
}

/** The timeframes to choose from, the shortest first: those of the market and the chosen one, if it is a timeframe. */
export function listTimeframes(offered: readonly string[], chosen: string | null): readonly string[] {
  const all = new Set(chosen === null ? offered : [...offered, chosen]);
  return [...all].filter(isTimeframe).sort((a, b) => lengthOf(a) - lengthOf(b));
}

/** The timeframe to begin with: `wanted` or one minute where the market has it, otherwise the next longer one. */
export function defaultTimeframe(offered: readonly string[], wanted: string | null): string {
  const sorted = listTimeframes(offered, null);
  if (wanted !== null && (sorted.length === 0 || sorted.includes(wanted))) return wanted;
  return sorted.find((timeframe) => lengthOf(timeframe) >= lengthOf(fallback)) ?? sorted.at(-1) ?? fallback;
}

/** True for ccxt's notation of the length of a candle: `1m`, `4h`, `1M`. */
export function isTimeframe(text: string): boolean {
  return /^[1-9]\d{0,4}[smhdwMy]$/.test(text);
}

/** Anything that is not a timeframe counts as one minute: the server refuses it, and no candle of it ever comes. */
function parse(timeframe: string): { readonly count: number; readonly unit: Unit } {
  const unit = isTimeframe(timeframe) ? timeframe.slice(-1) : '';
  return isUnit(unit) ? { count: Number.parseInt(timeframe, 10), unit } : { count: 1, unit: 'm' };
}

function isUnit(text: string): text is Unit {
  return Object.hasOwn(units, text);
}
