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
  /** Base amount traded; of contracts on some exchanges another unit, such as contracts or the quote amount. */
  readonly volume: number;
  /** False while the period runs: its values still change. */
  readonly closed: boolean;
  /** Of a live candle: true when the exchange could not be reached since and this is the last known value. */
  readonly stale?: boolean;
}

/** True when a subscriber would learn nothing from the other. */
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

/** The candles of one market that have one length. */
export interface CandleSeries extends MarketRef {
  readonly timeframe: string;
}

/** `limit` candles from `since` on, or the newest `limit` before `until` (or now). */
export interface CandleQuery extends CandleSeries {
  /** Inclusive, epoch ms. */
  readonly since?: number;
  /** Exclusive, epoch ms. */
  readonly until?: number;
  readonly limit: number;
}

/** All candles of a series that begin within `[since, until)`, both epoch ms. */
export interface CandleRange extends CandleSeries {
  readonly since: number;
  readonly until: number;
}

/** What one call of an exchange may ask for. */
export interface CandleLimits {
  /** How many periods. */
  readonly perCall: number;
  /** The first instant from which it serves candles at present, epoch ms; -Infinity where no such limit is known. */
  readonly oldest: number;
}

/** What an exchange has answered for a range. */
export interface CandleWindow {
  /** Oldest first, within the range, each timestamp once. */
  readonly candles: readonly Candle[];
  /** From here on none is missing, epoch ms: the range's start, or later where the exchange does not go back so far. */
  readonly from: number;
  /** The first candle after the range, epoch ms, where the answer told it: between the two there is none. Else null. */
  readonly next: number | null;
  /** Set where candles are missing at the start and it could not be found out why: what failed. */
  readonly doubt?: MarketDataError;
}
