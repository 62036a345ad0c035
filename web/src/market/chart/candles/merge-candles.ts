import type { Candle } from './candle.ts';

/**
 * All candles of both lists, oldest first and each period once; `newer` wins where both have one. Both lists are sorted.
 * The candles keep their identity.
 */
export function mergeCandles(known: readonly Candle[], newer: readonly Candle[]): readonly Candle[] {
  const [first] = newer;
  const last = newer.at(-1);
  if (!first || !last) return known;
  const begin = indexFrom(known, first.timestamp);
  const end = indexFrom(known, last.timestamp + 1);
  return [...known.slice(0, begin), ...interleave(known.slice(begin, end), newer), ...known.slice(end)];
}

/** The index of the first candle that begins at `timestamp` or later. */
export function indexFrom(candles: readonly Candle[], timestamp: number): number {
  let [low, high] = [0, candles.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((candles[middle]?.timestamp ?? Number.POSITIVE_INFINITY) < timestamp) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The candle of the period that begins at `timestamp`; null if nothing was traded. */
export function findCandle(candles: readonly Candle[], timestamp: number): Candle | null {
  const candle = candles[indexFrom(candles, timestamp)];
  return candle?.timestamp === timestamp ? candle : null;
}

/** The index of the first candle that differs: the length of the shorter list if one only goes on. */
export function firstDifference(before: readonly Candle[], after: readonly Candle[]): number {
  const length = Math.min(before.length, after.length);
  for (let index = 0; index < length; index++) if (before[index] !== after[index]) return index;
  return length;
}

function interleave(known: readonly Candle[], newer: readonly Candle[]): readonly Candle[] {
  if (known.length === 0) return newer;
  const byTime = new Map([...known, ...newer].map((candle) => [candle.timestamp, candle]));
  return [...byTime.values()].sort((a, b) => a.timestamp - b.timestamp);
}
