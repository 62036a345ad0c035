import { LRUCache } from 'lru-cache';
import type { Candle, CandleQuery } from '../market/candle.ts';
import type { Clock } from '../market/clock.ts';
import type { MarketData } from '../market/market-data.ts';

export interface CandleCacheOptions {
  readonly upstream: Pick<MarketData, 'fetchCandles'>;
  readonly clock: Clock;
  /** How long an answer serves the same query again, in ms. */
  readonly ttlMs: number;
}

/** Some 100 bytes each. */
const maxCandles = 200_000;

/** Candle answers in this process: the same query within `ttlMs`, or while the first is under way, costs one call. */
export function createCandleCache({ upstream, clock, ttlMs }: CandleCacheOptions): Pick<MarketData, 'fetchCandles'> {
  const answers = new LRUCache<string, readonly Candle[], CandleQuery>({
    maxSize: maxCandles,
    sizeCalculation: (candles) => candles.length + 1,
    // To lru-cache 0 means for ever.
    ttl: Math.max(1, ttlMs),
    ttlResolution: 0,
    perf: clock,
    // A fetch whose place is taken meanwhile still answers those who wait for it.
    ignoreFetchAbort: true,
    fetchMethod: (_key, _stale, { context }) => upstream.fetchCandles(context),
  });
  return {
    fetchCandles: (query) => {
      const { exchange, symbol, timeframe, since, until, limit } = query;
      const key = JSON.stringify([exchange, symbol, timeframe, since, until, limit]);
      return answers.forceFetch(key, { context: query });
    },
  };
}
