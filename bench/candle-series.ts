import type { Candle, CandleQuery } from '../src/market/model/candle.ts';

export const minuteMs = 60_000;

/** How many minutes before now the series begins. */
export const seriesLength = 12_000;

/** Artificial one-minute candles up to now, in memory. */
export interface CandleSeries {
  /** Answers like an exchange without limits. `now` is epoch ms. */
  read(query: CandleQuery, now: number): readonly Candle[];
}

/** Creates a series that is the same in every process: a candle depends only on its time. */
export function createCandleSeries(): CandleSeries {
  const first = Math.floor(Date.now() / minuteMs) - seriesLength;
  const closed: Candle[] = [];
  return {
    read: ({ since, until = Number.POSITIVE_INFINITY, limit }, now) => {
      const forming = Math.floor(now / minuteMs) - first;
      while (closed.length < forming) closed.push(toCandle(first + closed.length, true));
      const end = Math.max(0, Math.min(Math.ceil(until / minuteMs) - first, forming + 1));
      const begin = Math.max(0, since === undefined ? end - limit : Math.ceil(since / minuteMs) - first);
      const stop = Math.min(end, begin + limit);
      const candles = closed.slice(begin, stop);
      if (begin <= forming && stop > forming) candles.push(toCandle(first + forming, false));
      return candles;
    },
  };
}

/** `minute` counts from 1970. */
function toCandle(minute: number, closed: boolean): Candle {
  const open = priceAt(minute);
  const close = priceAt(minute + 1);
  return Object.freeze({
    timestamp: minute * minuteMs,
    open,
    high: round(Math.max(open, close) + 7.31, 2),
    low: round(Math.min(open, close) - 6.17, 2),
    close,
    volume: round(12 + 9 * Math.sin(minute * 1.7), 5),
    closed,
  });
}

function priceAt(minute: number): number {
  return round(90_000 + 4000 * Math.sin(minute / 700) + 90 * Math.sin(minute * 2.3), 2);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
