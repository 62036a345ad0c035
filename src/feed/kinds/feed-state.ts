import type { StreamKind } from '../../market/ports/market-streams.ts';
import type { Topic } from '../topics/topic.ts';

/** How one market's live data of one kind is, for whoever watches over the server. */
export interface FeedState {
  readonly exchange: string;
  readonly kind: StreamKind;
  /** When anything came of it last, epoch ms; while nothing has come yet, when it was opened. */
  readonly knownAt: number;
  /** True while what subscribers know is out of date, or nothing can be had. */
  readonly isStale: boolean;
  /** False while it only waits for a subscriber to come back: nothing needs to keep it up to date. */
  readonly hasSubscribers: boolean;
}

export function toFeedState<T, V>(kind: StreamKind, topic: Topic<T, V>): FeedState {
  const { request, knownAt, reconciler, hasSubscribers } = topic;
  const isStale = reconciler.error !== null || reconciler.latest.some(({ value }) => isMarkedStale(value));
  return { exchange: request.exchange, kind, knownAt, isStale, hasSubscribers };
}

function isMarkedStale(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'stale' in value && value.stale === true;
}
