import type { FeedEvent } from '../../feed/reconcile/feed-event.ts';

/** Where the events of subscriptions come from: a feed of this process, or anything else that behaves like one. */
interface EventSource extends AsyncIterable<FeedEvent<object>> {
  /** Ends it. */
  return(): Promise<unknown>;
}

/** Events from now on, which any number of subscriptions may share. */
export interface SharedEventSource extends EventSource {
  /** The latest known event of each key. */
  readonly latest: readonly FeedEvent<object>[];
  /** How many events were offered so far: `latest` includes all of them. */
  readonly offered: number;
  /** The number of the event that was read last, counted from 1 as they were offered. */
  readonly taken: number;
  /** True while a subscription that begins now would receive something at once, or as soon as there is something. */
  readonly isReady: boolean;
}

/** Events from an instant in the past on, which belong to one subscription. */
export interface ResumedEventSource extends EventSource {
  /** True while history is left to be read. */
  readonly isReplaying: boolean;
}

export function isShared(source: object): source is SharedEventSource {
  return 'latest' in source && 'offered' in source && 'taken' in source && 'isReady' in source;
}

export function isResumed(source: object): source is ResumedEventSource {
  return 'isReplaying' in source;
}
