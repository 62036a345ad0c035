import type { Reconciler } from '../reconcile/reconciler.ts';
import type { Topic } from './topic.ts';

/** True if the topic has no subscribers and is out of date, and its value is not marked stale. */
export function hasLapsed<T, V, R extends Reconciler<T, V>>(topic: Topic<T, V, R>): boolean {
  const { schedule, reconciler, latest, isStale, hasSubscribers, isCurrent } = topic;
  const isKnown = schedule.answeredAt !== Number.NEGATIVE_INFINITY || reconciler.latest.length > 0;
  const isMarked = latest.length > 0 && isStale;
  return isKnown && !isMarked && !hasSubscribers && !isCurrent;
}
