import type { Candle } from '../../market/model/candle.ts';
import { type Periods, periodsOf } from '../../market/timeframe.ts';

/**
 * The candles of a timeframe, built from those of a shorter one, oldest first. A period without parts has no candle. A
 * candle is closed if its period had ended at `now` (epoch ms), when the parts were asked for, and all its parts are
 * closed.
 */
export function combineCandles(timeframe: string, parts: readonly Candle[], now: number): readonly Candle[] {
  const { indexOf, startOf } = periodsOf(timeframe);
  const combined: Candle[] = [];
  for (let first = 0; first < parts.length; ) {
    const index = indexOf(parts[first]?.timestamp ?? 0);
    const end = startOf(index + 1);
    let last = first + 1;
    while (last < parts.length && (parts[last]?.timestamp ?? end) < end) last += 1;
    const own = parts.slice(first, last);
    const candle = combine(own, startOf(index), end <= now && own.every(({ closed }) => closed));
    if (candle) combined.push(candle);
    first = last;
  }
  return combined;
}

/** True if each candle begins where a period does. Candles of an exchange with its own midnight do not. */
export function isAligned({ indexOf, startOf }: Periods, candles: readonly Candle[]): boolean {
  return candles.every(({ timestamp }) => startOf(indexOf(timestamp)) === timestamp);
}

function combine(parts: readonly Candle[], timestamp: number, closed: boolean): Candle | null {
  const first = parts[0];
  const last = parts.at(-1);
  if (!first || !last) return null;
  let { high, low, volume } = first;
  for (const part of parts.slice(1)) {
    high = Math.max(high, part.high);
    low = Math.min(low, part.low);
    volume += part.volume;
  }
  return { timestamp, open: first.open, high, low, close: last.close, volume: toExact(volume), closed };
}

/** Drops the noise of added binary fractions (0.1 + 0.2): a number of up to 15 digits is exact. */
function toExact(sum: number): number {
  return Number(sum.toPrecision(15));
}
