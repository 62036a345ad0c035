import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';

/** Why candles are missing at the start of a range. */
export interface CandleGap {
  /** True when the exchange's history does not reach back that far, false when there were no trades. */
  readonly isLimit: boolean;
  /** There were no trades before this instant, epoch ms, if that is known. */
  readonly emptyUntil: number | null;
  /** Set when the reason could not be found out: what failed. */
  readonly doubt?: MarketDataError;
}

/** What has been learned about an exchange's candles. */
export interface CandleMemory {
  /**
   * Why candles were missing, by symbol, timeframe, and the first candle that came instead or the requested instant.
   */
  readonly gaps: LRUCache<string, CandleGap>;
  /** The age of the oldest candle that was served, in ms, by symbol and timeframe. */
  readonly reach: LRUCache<string, number>;
  /** The maximum number of candles per call by type of market, if it is lower than ccxt says. */
  readonly caps: Map<string, number>;
  /** Timeframes that the exchange has refused or accepted, by kind of market. */
  readonly refusedTimeframes: LRUCache<string, true>;
  readonly acceptedTimeframes: LRUCache<string, true>;
  /** Series that were refused a moment ago for another reason than their timeframe, by symbol and timeframe. */
  readonly otherRefusals: LRUCache<string, true>;
}

/** How long the reason for missing candles is remembered, in ms. */
const gapMs = 3_600_000;

/** How long refused and accepted timeframes are remembered, in ms. */
const timeframeMs = 3_600_000;

/** After the reason for a refusal was looked for, it is not looked for again for this time, in ms. */
const refusalMs = 60_000;

/** `clock` decides when the memory forgets. */
export function createCandleMemory(clock: Clock): CandleMemory {
  return {
    gaps: new LRUCache({ max: 1000, ttl: gapMs, ttlResolution: 0, perf: clock }),
    reach: new LRUCache({ max: 10_000 }),
    caps: new Map(),
    refusedTimeframes: new LRUCache({ max: 1000, ttl: timeframeMs, ttlResolution: 0, perf: clock }),
    acceptedTimeframes: new LRUCache({ max: 1000, ttl: timeframeMs, ttlResolution: 0, perf: clock }),
    otherRefusals: new LRUCache({ max: 1000, ttl: refusalMs, ttlResolution: 0, perf: clock }),
  };
}
