import type { CandlestickData, HistogramData, UTCTimestamp, WhitespaceData } from 'lightweight-charts';
import type { Candle } from '../candles/candle.ts';
import { lengthOf, periodAfter } from '../candles/timeframe.ts';

/** A candle, or an empty place on the time axis. */
export type Bar = CandlestickData<UTCTimestamp> | WhitespaceData<UTCTimestamp>;

/**
 * How many empty places a gap has at most. The library has a place for each point, not for each minute: a market that
 * trades once a day would need 1,439 empty minutes for each candle. A longer gap has its first and last periods, so that
 * it is visible, and the time axis leaps in between; `hasLongGap` tells, so that the page can say so.
 */
export const maxEmpty = 24;

/** The candles with an empty place for each period without one between them. */
export function toBars(candles: readonly Candle[], timeframe: string): Bar[] {
  return candles.flatMap((candle, index) => {
    const next = candles[index + 1];
    return [toBar(candle), ...(next ? toEmpty(candle, next, timeframe) : [])];
  });
}

export function toVolumeBar(candle: Candle, colors: { readonly up: string; readonly down: string }) {
  const { timestamp, open, close, volume } = candle;
  const bar: HistogramData<UTCTimestamp> = {
    time: toTime(timestamp),
    value: volume,
    color: close >= open ? colors.up : colors.down,
  };
  return bar;
}

/** True if a gap is drawn shorter than it is. */
export function hasLongGap(candles: readonly Candle[], timeframe: string): boolean {
  const longest = (maxEmpty + 2) * lengthOf(timeframe);
  return candles.some(({ timestamp }, index) => timestamp - (candles[index - 1]?.timestamp ?? timestamp) >= longest);
}

/** The library counts in seconds, as a type of its own that only a cast makes. */
function toTime(timestamp: number): UTCTimestamp {
  return (timestamp / 1000) as UTCTimestamp;
}

function toBar({ timestamp, open, high, low, close }: Candle): CandlestickData<UTCTimestamp> {
  return { time: toTime(timestamp), open, high, low, close };
}

function toEmpty(before: Candle, after: Candle, timeframe: string): readonly Bar[] {
  const length = lengthOf(timeframe);
  // Half a period of tolerance: exchanges do not begin all periods to the millisecond.
  const end = after.timestamp - length / 2;
  const starts: number[] = [];
  let start = periodAfter(timeframe, before.timestamp);
  for (; start < end && starts.length < maxEmpty; start = periodAfter(timeframe, start)) starts.push(start);
  if (start < end) {
    // The gap is longer: its second half ends where the next candle begins.
    const half = maxEmpty / 2;
    for (let index = half; index < maxEmpty; index++) starts[index] = after.timestamp - (maxEmpty - index) * length;
  }
  return starts.map((timestamp) => ({ time: toTime(timestamp) }));
}
