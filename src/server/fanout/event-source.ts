import type { FeedEvent } from '../../feed/reconcile/feed-event.ts';
import type { SharableTopic } from '../../feed/topics/topic-subscriber.ts';

/** A source of events for subscriptions: a feed of this process, or anything else with the same behaviour. */
interface EventSource extends AsyncIterable<FeedEvent<object>> {
  /** Ends the source. */
  return(): Promise<unknown>;
}

/** Events from now on, which any number of subscriptions can share. */
export interface SharedEventSource extends EventSource {
  /** The latest known event of each key. */
  readonly latest: readonly FeedEvent<object>[];
  /** Number of events offered so far. `latest` includes all of them. */
  readonly offered: number;
  /** The number of the event that was read last, counted from 1 in the order of the offers. */
  readonly taken: number;
  /**
   * True while a subscription that begins now would receive the latest events at once, or the next event when it
   * arrives.
   */
  readonly isReady: boolean;
}

/** Events from a time in the past on. Only one subscription uses them. */
export interface ResumedEventSource extends EventSource {
  /** True while there is history that has not been read. */
  readonly isReplaying: boolean;
}

export function isShared(source: object): source is SharedEventSource {
  return 'latest' in source && 'offered' in source && 'taken' in source && 'isReady' in source;
}

export function isResumed(source: object): source is ResumedEventSource {
  return 'isReplaying' in source;
}

/** Events of the markets of one watch list. Other lists can share its topics. */
export interface ListedEventSource extends SharedEventSource {
  /** The topics of its markets that have not ended; empty once it has ended. */
  readonly topics: readonly SharableTopic<object>[];
  /** True if a topic that had sent something has ended. */
  readonly hasLostTopic: boolean;
  /** Creates a source that can take over the topics of many lists. */
  createShared(): SharedTopicsSource;
}

/** The events of the markets of many watch lists. An event with an error is the last one of its market. */
export interface SharedTopicsSource extends EventSource, Pick<SharedEventSource, 'offered' | 'taken'> {
  /** Adds the topics that it does not have. */
  add(topics: readonly SharableTopic<object>[]): void;
  remove(key: string): void;
  /** The latest known event of a market. */
  latest(key: string): readonly FeedEvent<object>[];
  /** True while a list that begins now would receive something of the market at once, or as soon as it moves. */
  isReady(key: string): boolean;
}

export function isListed(source: SharedEventSource): source is ListedEventSource {
  return 'topics' in source && 'createShared' in source;
}
