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
  /** The maximum age of a stale value that a new subscriber receives as its first event, in ms. */
  readonly staleMaxMs: number;
  readonly limiter: CallLimiter;
}

/** Creates a listener that converts each message of a stream and passes it on to another listener. */
export function mapMessages<S, T>(
  listener: StreamListener<T>,
  toMessage: (pushed: S, isFirst: boolean) => T,
): StreamListener<S> {
  return {
    ...(listener.onOpen ? { onOpen: () => listener.onOpen?.() } : {}),
    onMessage: (pushed, isFirst) => listener.onMessage(toMessage(pushed, isFirst), isFirst),
    onInterrupted: (error) => listener.onInterrupted(error),
  };
}
