import type { MarketDataError } from '../errors.ts';
import type { MarketRef } from '../market-ref.ts';

/** Open, high, low, close and volume of one period. Prices in quote currency. */
export interface Candle {
  /** Start of the period, epoch ms. */
  readonly timestamp: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Traded amount in base currency. For contracts, some exchanges use another unit, such as contracts or quote currency. */
  readonly volume: number;
  /** False until the period ends; until then its values still change. */
  readonly closed: boolean;
  /** Only in live candles: true when the exchange cannot be reached and this is the last known value. */
  readonly stale?: boolean;
}

/** True if the two candles do not differ in anything that a subscriber can see. */
export function isSameCandle(one: Candle, other: Candle): boolean {
  return (
    one.timestamp === other.timestamp &&
    one.open === other.open &&
    one.high === other.high &&
    one.low === other.low &&
    one.close === other.close &&
    one.volume === other.volume &&
    one.closed === other.closed &&
    one.stale === other.stale
  );
}

/** The candles of one market with one timeframe. */
export interface CandleSeries extends MarketRef {
  readonly timeframe: string;
}

/** The first `limit` candles from `since` on; without `since`, the newest `limit` before `until` or now. */
export interface CandleQuery extends CandleSeries {
  /** Inclusive, epoch ms. */
  readonly since?: number;
  /** Exclusive, epoch ms. */
  readonly until?: number;
  readonly limit: number;
}

/** All candles of a series that start within `[since, until)`, both epoch ms. */
export interface CandleRange extends CandleSeries {
  readonly since: number;
  readonly until: number;
}

/** The limits of one call to an exchange. */
export interface CandleLimits {
  /** The maximum number of periods. */
  readonly perCall: number;
  /** The earliest time for which the exchange currently serves candles, epoch ms; -Infinity if no limit is known. */
  readonly oldest: number;
}

/** An exchange's answer for a range. */
export interface CandleWindow {
  /** Oldest first, within the range, each timestamp once. */
  readonly candles: readonly Candle[];
  /** No candle is missing from here on, epoch ms: the range's start, or later if the exchange's history begins later. */
  readonly from: number;
  /** Start of the first candle after the range, epoch ms, with none in between; null if the answer did not contain it. */
  readonly next: number | null;
  /** Set if candles are missing at the start and the check for the reason failed: the error of that check. */
  readonly doubt?: MarketDataError;
  /**
   * Set if the answer comes from the memory of a server: when the exchange was asked for the candles that can still change,
   * and when it answered, both epoch ms. If no candle can change, that is the time of the answer.
   */
  readonly asked?: { readonly askedAt: number; readonly receivedAt: number };
}
