import { formatPercentage } from '../../format/amount.ts';
import { formatPrice } from '../../format/price.ts';
import type { Candle, CandleSeries } from './candles/candle.ts';
import { indexFrom } from './candles/merge-candles.ts';
import { lengthOf, nameOf } from './candles/timeframe.ts';
import type { TimeRange } from './canvas/candle-chart.ts';

const date = { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' } as const;
const minutes = { ...date, hour: '2-digit', minute: '2-digit' } as const;
const formats = {
  days: new Intl.DateTimeFormat('en-GB', date),
  minutes: new Intl.DateTimeFormat('en-GB', minutes),
  seconds: new Intl.DateTimeFormat('en-GB', { ...minutes, second: '2-digit' }),
};

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** The start of a period in UTC, as exactly as periods of this length need. */
export function formatTime(timestamp: number, timeframe: string): string {
  const length = lengthOf(timeframe);
  if (length >= dayMs) return `${formats.days.format(timestamp)} UTC`;
  return `${(length < minuteMs ? formats.seconds : formats.minutes).format(timestamp)} UTC`;
}

/** By how much the price changed from the first open to the last close, in percent; null without a price to compare. */
export function changeOf(candles: readonly Candle[]): number | null {
  const [first] = candles;
  const last = candles.at(-1);
  return first && last && first.open !== 0 ? (last.close / first.open - 1) * 100 : null;
}

/** What a chart shows, for those who do not see it. */
export function describeChart(
  series: CandleSeries,
  candles: readonly Candle[],
  visible: TimeRange | null,
  step: number | null,
): string {
  const { exchange, symbol, timeframe } = series;
  const title = `Chart of ${symbol} on ${exchange} with candles of ${nameOf(timeframe)}.`;
  const last = candles.at(-1);
  if (!last) return `${title} There are no candles.`;
  const price = `Last close ${formatPrice(last.close, step)}, ${formatTime(last.timestamp, timeframe)}.`;
  const shown = visible ? candles.slice(indexFrom(candles, visible.from), indexFrom(candles, visible.to + 1)) : candles;
  const [first] = shown;
  const end = shown.at(-1);
  if (!first || !end) return `${title} ${price}`;
  const range = `From ${formatTime(first.timestamp, timeframe)} to ${formatTime(end.timestamp, timeframe)}`;
  return `${title} ${price} ${range} the price changed by ${formatPercentage(changeOf(shown))}.`;
}
