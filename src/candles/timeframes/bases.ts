import { lengthOf } from '../../market/timeframe.ts';

/** A timeframe from which another one can be built. */
export interface Base {
  readonly timeframe: string;
  /** How many of its periods one built period has at most. */
  readonly ratio: number;
}

const dayMs = 86_400_000;
const longestMonthMs = 31 * dayMs;

/** The `offered` timeframes whose periods fill the periods of `timeframe` exactly, longest first. */
export function toBases(timeframe: string, offered: readonly string[]): readonly Base[] {
  return offered
    .flatMap((candidate) => {
      const ratio = toRatio(timeframe, candidate);
      return ratio === null ? [] : [{ timeframe: candidate, ratio }];
    })
    .sort((a, b) => a.ratio - b.ratio);
}

function toRatio(timeframe: string, base: string): number | null {
  const whole = lengthOf(timeframe);
  const part = lengthOf(base);
  if ('months' in whole) {
    if ('months' in part) return whole.months % part.months === 0 ? whole.months / part.months : null;
    // Months begin at midnight, so one of the base's periods must begin there too.
    return part.originMs === 0 && dayMs % part.ms === 0 ? (whole.months * longestMonthMs) / part.ms : null;
  }
  if ('months' in part) return null;
  const isAligned = (whole.originMs - part.originMs) % part.ms === 0;
  return isAligned && whole.ms % part.ms === 0 ? whole.ms / part.ms : null;
}
