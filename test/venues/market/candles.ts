import { places } from './decimal.ts';
import type { VenueMarket } from './model.ts';

/** One candle in no exchange's format yet. Decimal strings; volume in base currency. */
export interface VenueCandle {
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly trades: number;
}

/** The candle of a market that opens at `timestamp` (epoch ms), or null if there were no trades in it. */
export type CandleSource = (symbol: string, timeframe: string, timestamp: number, now: number) => VenueCandle | null;

/** How a timeframe divides time. Instants are epoch ms. */
export interface Period {
  /** Start of the period that holds the instant. */
  start(instant: number): number;
  /** Start of the period `count` periods later, or earlier when negative. */
  after(start: number, count: number): number;
}

/** A candle length that an exchange offers. */
export interface Interval {
  /** ccxt's name for it. */
  readonly timeframe: string;
  readonly period: Period;
}

/** A candle with its position in time, epoch ms. `end` is the start of the next period. */
export interface TimedCandle extends VenueCandle {
  readonly timestamp: number;
  readonly end: number;
}

/** Periods of one length, counted from `origin`. */
export function everyPeriod(lengthMs: number, origin = 0): Period {
  return {
    start: (instant) => origin + Math.floor((instant - origin) / lengthMs) * lengthMs,
    after: (start, count) => start + count * lengthMs,
  };
}

/** Months of the UTC calendar. */
export const monthPeriod: Period = {
  start: (instant) => {
    const date = new Date(instant);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  },
  after: (start, count) => {
    const date = new Date(start);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count);
  },
};

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

interface CandleModel {
  readonly now: number;
  readonly candleHistory: number | null;
  readonly candleCap: number | null;
  candle(symbol: string, timeframe: string, timestamp: number): VenueCandle | null;
}

/** The first `limit` candles that open within `[from, to]`, oldest first, none before the listing or after now. */
export function firstCandles(
  model: CandleModel,
  market: VenueMarket,
  { timeframe, period }: Interval,
  range: { readonly from: number; readonly to: number; readonly limit: number },
): readonly TimedCandle[] {
  const found: TimedCandle[] = [];
  const from = Math.max(range.from, oldestOf(model, market, period));
  const to = Math.min(range.to, model.now);
  const first = period.start(from);
  let timestamp = first < from ? period.after(first, 1) : first;
  const limit = Math.min(range.limit, model.candleCap ?? range.limit);
  while (timestamp <= to && found.length < limit) {
    const candle = model.candle(market.symbol, timeframe, timestamp);
    const end = period.after(timestamp, 1);
    if (candle !== null) found.push({ ...candle, timestamp, end });
    timestamp = end;
  }
  return found;
}

/** The last `limit` candles that open at or before `to` (or now), oldest first; the newest may be forming. */
export function newestCandles(
  model: CandleModel,
  market: VenueMarket,
  { timeframe, period }: Interval,
  range: { readonly to: number; readonly limit: number },
): readonly TimedCandle[] {
  const found: TimedCandle[] = [];
  let timestamp = period.start(Math.min(range.to, model.now));
  const oldest = oldestOf(model, market, period);
  while (timestamp >= oldest && found.length < range.limit) {
    const candle = model.candle(market.symbol, timeframe, timestamp);
    if (candle !== null) found.push({ ...candle, timestamp, end: period.after(timestamp, 1) });
    timestamp = period.after(timestamp, -1);
  }
  return found.reverse();
}

/** The instant before which no candle is served. */
function oldestOf(model: CandleModel, market: VenueMarket, period: Period): number {
  const { now, candleHistory } = model;
  if (candleHistory === null) return market.listedAt;
  return Math.max(market.listedAt, period.after(period.start(now), 1 - candleHistory));
}

/**
 * Generated candles that are the same in every run. The price is a function of symbol and time, so opens and closes of
 * all timeframes agree, and each candle opens where the one before closed. A forming candle closes at the price of
 * `now`, and its volume and trades grow until it ends.
 */
export function createCandleSource(markets: readonly VenueMarket[]): CandleSource {
  const bySymbol = new Map(
    markets.map((market) => [
      market.symbol,
      { market, step: Number(market.priceStep), digits: places(market.priceStep) },
    ]),
  );
  return (symbol, timeframe, timestamp, now) => {
    const known = bySymbol.get(symbol);
    if (known === undefined || timestamp > now) return null;
    const { market, step, digits } = known;
    const end = Math.max(timestamp + 1, endOf(timeframe, timestamp));
    const progress = Math.min(1, (now - timestamp) / (end - timestamp));
    const price = (value: number): string => (Math.round(value / step) * step).toFixed(digits);
    const open = priceAt(market, timestamp);
    const close = priceAt(market, Math.min(now, end));
    const wick = open * 0.001 * noise(symbol, timestamp) * progress;
    const volume = (1 + 9 * noise(timeframe, timestamp)) * progress;
    return {
      open: price(open),
      high: price(Math.max(open, close) + wick),
      low: price(Math.min(open, close) - wick),
      close: price(close),
      volume: volume.toFixed(8),
      trades: Math.ceil(volume * 10),
    };
  };
}

function endOf(timeframe: string, timestamp: number): number {
  const unit = timeframe.at(-1) ?? '';
  if (unit === 'M') return monthPeriod.after(timestamp, 1);
  const unitMs = { s: 1000, m: minuteMs, h: hourMs, d: dayMs, w: 7 * dayMs }[unit] ?? minuteMs;
  return timestamp + Number.parseInt(timeframe, 10) * unitMs;
}

function priceAt(market: VenueMarket, instant: number): number {
  const phase = 6.28 * noise(market.symbol, 0);
  const swing = 0.05 * Math.sin(instant / (9 * dayMs) + phase) + 0.01 * Math.sin(instant / (2 * hourMs) + phase);
  return Number(market.price) * (1 + swing);
}

/** From 0 up to 1, always the same for the same arguments (FNV-1a over both). */
function noise(text: string, seed: number): number {
  let hash = 2_166_136_261;
  for (const character of `${text}|${seed}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
  }
  return (hash >>> 0) / 4_294_967_296;
}
