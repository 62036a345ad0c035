const pattern = /^([1-9]\d{0,4})([smhdwMy])$/;

/** The same notation as a regular expression, for schemas that clients read. */
export const timeframePattern = pattern.source;

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

// 1970-01-05, the first Monday after the epoch: weekly candles start on Mondays.
const firstMondayMs = 4 * unitMs.d;

// Some exchanges begin their months at their own midnight, up to 14 hours before midnight UTC.
const earliestMidnightMs = 14 * unitMs.h;

/** True for ccxt's notation of a candle length: `1m`, `4h`, `1d`, `1w`, `1M` ... */
export function isTimeframe(text: string): boolean {
  return pattern.test(text);
}

/** Start of the period after the one that starts at `start`, both epoch ms. Months and years follow the UTC calendar. */
export function periodAfter(timeframe: string, start: number, periods = 1): number {
  const { count, unit } = parseTimeframe(timeframe);
  if (unit === 'M' || unit === 'y') {
    const inMonth = new Date(start + earliestMidnightMs);
    const [year, month] = [inMonth.getUTCFullYear(), inMonth.getUTCMonth()];
    return Date.UTC(year, month + count * periods * (unit === 'y' ? 12 : 1)) + (start - Date.UTC(year, month));
  }
  return start + count * periods * unitMs[unit];
}

/** How a timeframe divides time into periods, which are numbered consecutively. */
export interface Periods {
  /** The number of the period that contains the time, epoch ms. */
  indexOf(time: number): number;
  /** Start of a period, epoch ms. */
  startOf(index: number): number;
}

/** The periods of a timeframe, aligned to the epoch; weeks start on Monday, months and years follow the UTC calendar. */
export function periodsOf(timeframe: string): Periods {
  const length = lengthOf(timeframe);
  if ('months' in length) {
    return {
      indexOf: (time) => {
        const date = new Date(time);
        return Math.floor(((date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()) / length.months);
      },
      startOf: (index) => Date.UTC(1970, index * length.months),
    };
  }
  const { ms, originMs } = length;
  return {
    indexOf: (time) => Math.floor((time - originMs) / ms),
    startOf: (index) => originMs + index * ms,
  };
}

/** Start of the period that contains the time, epoch ms. Aligned as in `periodsOf`. */
export function periodStart(timeframe: string, time: number): number {
  const { indexOf, startOf } = periodsOf(timeframe);
  return startOf(indexOf(time));
}

/** Periods of one length that count from `originMs` (epoch ms), or whole months of the UTC calendar. */
export type TimeframeLength = { readonly ms: number; readonly originMs: number } | { readonly months: number };

export function lengthOf(timeframe: string): TimeframeLength {
  const { count, unit } = parseTimeframe(timeframe);
  if (unit === 'M' || unit === 'y') return { months: count * (unit === 'y' ? 12 : 1) };
  return { ms: count * unitMs[unit], originMs: unit === 'w' ? firstMondayMs : 0 };
}

function parseTimeframe(timeframe: string): { readonly count: number; readonly unit: keyof typeof unitMs | 'M' | 'y' } {
  const [, count, unit] = pattern.exec(timeframe) ?? [];
  switch (unit) {
    case 's':
    case 'm':
    case 'h':
    case 'd':
    case 'w':
    case 'M':
    case 'y':
      return { count: Number(count), unit };
    default:
      throw new RangeError(`not a timeframe: ${timeframe}`);
  }
}
