import { MarketDataError } from '../../market/errors.ts';
import type { Candle, CandleSeries } from '../../market/model/candle.ts';
import { lengthOf } from '../../market/timeframe.ts';
import { actualTimeframe } from '../quirks/rest-quirks.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A day may be an hour shorter if the exchange's own midnight follows daylight saving time. */
const dayToleranceMs = 2 * hourMs;

/** The lengths of candles that exchanges offer, in ms. */
const usualLengths: ReadonlySet<number> = new Set([
  ...[1, 3, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * hourMs),
  ...[1, 3, 7].map((days) => days * dayMs),
]);

/**
 * This many candles in a row at the same longer distance, each with a price that moved, do not come from an idle
 * market.
 */
const provenCount = 20;

/**
 * Throws BAD_EXCHANGE_RESPONSE if candles, oldest first, cannot be of the requested timeframe, because the exchange
 * used another one, or ccxt's table of timeframes is wrong. Their distances decide. A longer distance alone proves
 * nothing, because a period without trades has no candle. An odd distance at either end proves nothing either, because
 * the market began there, or because the newest period is there.
 */
export function requireInterval(candles: readonly Candle[], series: CandleSeries): void {
  const timestamps = candles.map(({ timestamp }) => timestamp);
  requireDistances(timestamps, series);
  const longer = longerInterval(candles, timestamps, periodOf(series));
  if (longer !== null) throw wrongInterval(series, longer);
}

/** Checks the timestamps alone, epoch ms: whether they are too close to each other. */
export function requireDistances(timestamps: readonly number[], series: CandleSeries): void {
  const distances = timestamps.slice(1).map((timestamp, index) => timestamp - (timestamps[index] ?? 0));
  const period = periodOf(series);
  const tooClose = distances.filter((distance) => distance < period.minMs);
  if (tooClose.length === 0) return;
  if (hasThreeInOne(timestamps, period) || isCloseTogether(timestamps, distances, period)) {
    throw wrongInterval(series, Math.min(...tooClose));
  }
}

interface Period {
  /** Null for months and years, which vary in length. */
  readonly ms: number | null;
  /** The smallest distance of two candles. */
  readonly minMs: number;
}

function periodOf({ exchange, timeframe }: CandleSeries): Period {
  const length = lengthOf(actualTimeframe(exchange, timeframe));
  if ('months' in length) return { ms: null, minMs: length.months * 28 * dayMs - dayMs };
  const { ms } = length;
  return { ms, minMs: ms - (ms >= dayMs ? dayToleranceMs : Math.min(secondMs, ms / 10)) };
}

/** True if three candles lie within one period: wherever periods begin, two of them would be in the same one. */
function hasThreeInOne(timestamps: readonly number[], { minMs }: Period): boolean {
  return timestamps.some((timestamp, index) => (timestamps[index + 2] ?? Number.POSITIVE_INFINITY) - timestamp < minMs);
}

/**
 * True if candles that are labelled with the start of their period are too close to each other, and not only a few:
 * some exchanges begin a new period with each month or year. If they are labelled with their first trade, this proves
 * nothing.
 */
function isCloseTogether(timestamps: readonly number[], distances: readonly number[], period: Period): boolean {
  const { ms, minMs } = period;
  const unitMs = ms === null || ms >= 2 * minuteMs ? minuteMs : ms / 12;
  if (timestamps.some((timestamp) => timestamp % unitMs !== 0)) return false;
  const close = distances.flatMap((distance, index) => (distance < minMs ? [index] : []));
  if (close.length === 1 && isOddEnd(timestamps, distances, close[0] ?? 0, period)) return false;
  return close.length * 4 >= distances.length;
}

/** True if only the first or the last candle is odd, and the ones next to it fit the period. */
function isOddEnd(timestamps: readonly number[], distances: readonly number[], index: number, { ms }: Period): boolean {
  const keepsTo = (distance: number | undefined): boolean => {
    if (ms === null || distance === undefined) return true;
    const rest = distance % ms;
    return Math.min(rest, ms - rest) <= (ms >= dayMs ? dayToleranceMs : 0);
  };
  if (distances.length === 1) {
    // An exchange with its own midnight begins its days at an unknown time.
    return ms === null || ms >= dayMs || ((timestamps[1] ?? 0) % ms === 0 && (timestamps[0] ?? 0) % ms !== 0);
  }
  if (index === 0) return keepsTo(distances[1]);
  return index === distances.length - 1 && keepsTo(distances[index - 1]);
}

/** The interval in ms if all candles are longer ones; null if they may come from an idle market. */
function longerInterval(candles: readonly Candle[], timestamps: readonly number[], { ms }: Period): number | null {
  const distance = (timestamps[1] ?? 0) - (timestamps[0] ?? 0);
  if (ms === null || candles.length < provenCount || distance < 2 * ms || !usualLengths.has(distance)) return null;
  const isProven = candles.every(
    ({ timestamp, high, low }, index) => high > low && timestamp === (timestamps[0] ?? 0) + index * distance,
  );
  return isProven ? distance : null;
}

function wrongInterval({ exchange, symbol, timeframe }: CandleSeries, ms: number): MarketDataError {
  const message = `${exchange} was asked for ${timeframe} candles of ${symbol} and sent candles that are ${toText(ms)} apart.`;
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol, timeframe });
}

function toText(ms: number): string {
  if (ms % dayMs === 0) return `${ms / dayMs} d`;
  if (ms % hourMs === 0) return `${ms / hourMs} h`;
  return ms % minuteMs === 0 ? `${ms / minuteMs} min` : `${ms / secondMs} s`;
}
