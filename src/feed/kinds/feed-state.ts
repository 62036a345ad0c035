import type { StreamKind } from '../../market/ports/market-streams.ts';
import type { Topic } from '../topics/topic.ts';

/** The state of one market's live data of one kind, for metrics and health checks. */
export interface FeedState {
  readonly exchange: string;
  readonly kind: StreamKind;
  /** When data arrived last, or when the topic was opened if none has arrived yet, epoch ms. */
  readonly knownAt: number;
  /** True while the value that subscribers have is marked stale, or no data is available. */
  readonly isStale: boolean;
  /** False while the topic only lingers, in case a subscriber comes back. It need not be up to date then. */
  readonly hasSubscribers: boolean;
}

export function toFeedState<T, V>(kind: StreamKind, topic: Topic<T, V>): FeedState {
  const { request, knownAt, isStale, hasSubscribers } = topic;
  return { exchange: request.exchange, kind, knownAt, isStale, hasSubscribers };
}
