import type { LimitFunction } from 'p-limit';
import type { Clock } from '../../base/clock.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type { MarketStreams, OpenCandles, StreamListener } from '../../market/ports/market-streams.ts';
import type { Origin } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';

/** Where live data comes from. */
export interface Upstream {
  readonly marketData: MarketData;
  readonly streams: Pick<MarketStreams, 'open'>;
  readonly openCandles: OpenCandles;
  readonly clock: Clock;
  /** How old a stale value may be and still be the first event of a new subscriber, in ms. */
  readonly staleMaxMs: number;
  /**
   * Limits how many calls for one kind of market of an exchange run at a time: polls do not keep new subscribers waiting,
   * and calls that hang hold up no other kind of market.
   */
  readonly limiterOf: (request: TopicRequest, origin: Exclude<Origin, 'stream'>) => LimitFunction;
}

/** A listener that makes of what a stream pushes what another one listens to. */
export function adapt<S, T>(
  listener: StreamListener<T>,
  toMessage: (pushed: S, isFirst: boolean) => T,
): StreamListener<S> {
  return {
    onMessage: (pushed, isFirst) => listener.onMessage(toMessage(pushed, isFirst), isFirst),
    onInterrupted: (error) => listener.onInterrupted(error),
  };
}
