import type { MarketDataError } from '../../market/errors.ts';
import { isStale } from '../../market/model/staleness.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';

/** What a topic says about itself. */
export interface ReadableTopic<V> {
  readonly error: MarketDataError | null;
  readonly latest: readonly FeedEvent<V>[];
  readonly isReady: boolean;
  readonly isCurrent: boolean;
  readonly reconciler: { readonly hasGap: boolean; readonly dueAt: number | null };
}

/** True if a call would bring nothing that the topic does not know, or will not know in a moment. */
export function isUpToDate<V>(
  { error, latest, isReady, isCurrent, reconciler }: ReadableTopic<V>,
  now: number,
): boolean {
  const { hasGap, dueAt } = reconciler;
  const isDue = dueAt !== null && now >= dueAt;
  return error === null && isReady && isCurrent && !hasGap && !isDue && !latest.some(({ value }) => isStale(value));
}
