import { LRUCache } from 'lru-cache';
import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';

/** Why candles are missing at the start of a range. */
export interface CandleGap {
  /** True when the exchange goes not back so far, false when there was no trade. */
  readonly isLimit: boolean;
  /** No trade before this, epoch ms, where that is known. */
  readonly emptyUntil: number | null;
  /** Set where it could not be found out: what failed. */
  readonly doubt?: MarketDataError;
}

/** What has been learned of an exchange's candles. */
export interface CandleMemory {
  /** Why candles were missing, by symbol, timeframe and the candle that came instead or the instant asked for. */
  readonly gaps: LRUCache<string, CandleGap>;
  /** How old candles it has given, in ms, by symbol and timeframe. */
  readonly reach: LRUCache<string, number>;
  /** How many candles it gives in a call, where that is fewer than ccxt says, by type of market. */
  readonly caps: Map<string, number>;
  /** Timeframes that it refuses, or has given, by kind of market. */
  readonly refusedTimeframes: LRUCache<string, true>;
  readonly acceptedTimeframes: LRUCache<string, true>;
  /** Series that it has refused a moment ago for some other reason than their timeframe, by symbol and timeframe. */
  readonly otherRefusals: LRUCache<string, true>;
}

/** How long it stands why candles were missing, in ms. */
const gapMs = 3_600_000;

/** How long it stands which timeframes are refused or given, in ms. */
const timeframeMs = 3_600_000;

/** How long nobody asks again why something was refused, in ms. */
const refusalMs = 60_000;

/** An empty memory; `clock` decides how long what it learns stands. */
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
