import type { StreamKind } from '../../market/ports/market-streams.ts';
import type { Topic } from '../topics/topic.ts';

/** The state of one market's live data of one kind, for metrics and health checks. */
export interface FeedState {
  readonly exchange: string;
  readonly kind: StreamKind;
  /** When anything arrived last, epoch ms; while nothing has, when the topic was opened. */
  readonly knownAt: number;
  /** True while what subscribers have is marked stale, or nothing can be had. */
  readonly isStale: boolean;
  /** False while it only lingers for a subscriber to come back: nothing needs to keep it up to date. */
  readonly hasSubscribers: boolean;
}

export function toFeedState<T, V>(kind: StreamKind, topic: Topic<T, V>): FeedState {
  const { request, knownAt, isStale, hasSubscribers } = topic;
  return { exchange: request.exchange, kind, knownAt, isStale, hasSubscribers };
}
