import { everyPeriod, type Interval, minuteMs } from '../market/candles.ts';

// Kraken's longest interval is fifteen days, although ccxt calls it `2w`.
const intervals: Readonly<Record<string, string>> = {
  '1': '1m',
  '5': '5m',
  '15': '15m',
  '30': '30m',
  '60': '1h',
  '240': '4h',
  '1440': '1d',
  '10080': '1w',
  '21600': '15d',
};

/** The interval with this many minutes; null for one that Kraken does not have. */
export function toKrakenInterval(minutes: number): Interval | null {
  const timeframe = intervals[String(minutes)];
  return timeframe === undefined ? null : { timeframe, period: everyPeriod(minutes * minuteMs) };
}

/** The interval with this name in ccxt, or null. */
export function findKrakenInterval(name: string): Interval | null {
  const timeframe = name === '2w' ? '15d' : name;
  const minutes = Object.keys(intervals).find((key) => intervals[key] === timeframe);
  return minutes === undefined ? null : toKrakenInterval(Number(minutes));
}
