import type { Candle, CandleQuery } from '../market/candle.ts';
import type { Clock } from '../market/clock.ts';
import type { MarketData } from '../market/market-data.ts';
import { createAnswerCache } from './answers.ts';

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
  const answers = createAnswerCache<CandleQuery, readonly Candle[]>({
    fetch: (query, options) => upstream.fetchCandles(query, options),
    toKey: ({ exchange, symbol, timeframe, since, until, limit }) =>
      JSON.stringify([exchange, symbol, timeframe, since, until, limit]),
    sizeOf: (candles) => candles.length,
    maxSize: maxCandles,
    clock,
    ttlMs,
  });
  return { fetchCandles: answers };
}
