import type { MarketDataError } from '../../market/errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';

/** What a topic sends its events to. */
export interface TopicSubscriber<V> {
  /** Offers an event. */
  push(event: FeedEvent<V>): void;
  /** Called when the topic works: it has sent its latest value, or its market has none yet. */
  onReady(): void;
  /** Called when the topic fails; `isHopeless` if it will not work again soon. */
  onFailure(source: object, error: MarketDataError, isHopeless: boolean): void;
  /** Called when the topic has ended with an error. `hasServed` if it has sent something. */
  endSource(source: object, error: MarketDataError, hasServed: boolean): void;
  /** Called when the server stops. */
  return(): Promise<unknown>;
}

/** A topic to which subscribers can be added. */
export interface SharableTopic<V> {
  readonly request: MarketRef;
  /** The key of all its events, if each of them replaces the one before. No other market of any exchange has it. */
  readonly key: string;
  /** Identifies the topic in `endSource`. */
  readonly subscribers: object;
  readonly hasEnded: boolean;
  /** Why no data arrives at the moment; null while the topic works, or has not heard of a failure yet. */
  readonly error: MarketDataError | null;
  /** The events that a new subscriber receives at once. */
  readonly latest: readonly FeedEvent<V>[];
  /** True if a new subscriber receives something at once, or as soon as the market moves. */
  readonly isReady: boolean;
  add(subscriber: TopicSubscriber<V>): void;
  remove(subscriber: TopicSubscriber<V>): void;
}
