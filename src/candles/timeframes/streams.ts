import type { MarketData } from '../../market/ports/market-data.ts';
import type { OpenCandles, Stream } from '../../market/ports/market-streams.ts';
import { isTimeframe } from '../../market/timeframe.ts';
import { toBases } from './bases.ts';
import { CombinedStream, type PartsOptions } from './combined-stream.ts';
import { DeferredStream } from './deferred-stream.ts';

export interface CandleStreamsOptions extends PartsOptions {
  readonly marketData: Pick<MarketData, 'fetchTimeframes' | 'fetchCandles'>;
}

/** Opens streams of candles of any timeframe: one that the market lacks is built from the stream of a shorter one. */
export function createCandleStreams(options: CandleStreamsOptions): OpenCandles {
  const { streams, marketData, clock } = options;
  return (request, listener) => {
    const { exchange, symbol, timeframe = '1m' } = request;
    const open = (timeframes: readonly string[]): Stream => {
      const isBuilt = isTimeframe(timeframe) && !timeframes.includes(timeframe);
      const bases = isBuilt ? toBases(timeframe, timeframes) : [];
      if (bases.length === 0) return streams.open(request, listener);
      return new CombinedStream({ ...options, request: { ...request, timeframe }, bases, listener });
    };
    return new DeferredStream({
      open: async () => {
        const { value: timeframes } = await marketData.fetchTimeframes(exchange, symbol);
        return () => open(timeframes);
      },
      clock,
      onInterrupted: (error) => listener.onInterrupted(error),
    });
  };
}
