import type { MarketData } from '../../market/market-data.ts';
import type { OpenCandles } from '../../market/market-streams.ts';
import { isTimeframe } from '../../market/timeframe.ts';
import { toBases } from './bases.ts';
import { CombinedStream, type PartsOptions } from './combined-stream.ts';

export interface CandleStreamsOptions extends PartsOptions {
  readonly exchange: MarketData['exchange'];
}

/** Streams of candles of any timeframe: one that the exchange lacks is built from the stream of a shorter one. */
export function createCandleStreams(options: CandleStreamsOptions): OpenCandles {
  const { streams, exchange } = options;
  return (request, listener) => {
    const { timeframe = '1m' } = request;
    const { timeframes } = exchange(request.exchange);
    const isBuilt = isTimeframe(timeframe) && !timeframes.includes(timeframe);
    const bases = isBuilt ? toBases(timeframe, timeframes) : [];
    if (bases.length === 0) return streams.open(request, listener);
    return new CombinedStream({ ...options, request: { ...request, timeframe }, bases, listener });
  };
}
