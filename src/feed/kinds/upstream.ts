import type { Clock } from '../../base/clock.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type { MarketStreams, OpenCandles, StreamListener } from '../../market/ports/market-streams.ts';
import type { CallLimiter } from '../polling/call-limiter.ts';

/** Where live data comes from. */
export interface Upstream {
  readonly marketData: MarketData;
  readonly streams: Pick<MarketStreams, 'open'>;
  readonly openCandles: OpenCandles;
  readonly clock: Clock;
  /** How old a stale value may be and still be the first event of a new subscriber, in ms. */
  readonly staleMaxMs: number;
  readonly limiter: CallLimiter;
}

/** A listener for what a stream pushes, which passes it on to another listener in the form that this one takes. */
export function mapMessages<S, T>(
  listener: StreamListener<T>,
  toMessage: (pushed: S, isFirst: boolean) => T,
): StreamListener<S> {
  return {
    onMessage: (pushed, isFirst) => listener.onMessage(toMessage(pushed, isFirst), isFirst),
    onInterrupted: (error) => listener.onInterrupted(error),
  };
}
