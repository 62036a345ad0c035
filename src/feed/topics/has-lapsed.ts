import type { Reconciler } from '../reconcile/reconciler.ts';
import type { Topic } from './topic.ts';

/** True when nobody listens to the topic, nothing has kept it up to date, and what it knows is not marked stale. */
export function hasLapsed<T, V, R extends Reconciler<T, V>>(topic: Topic<T, V, R>): boolean {
  const { schedule, reconciler, latest, isStale, hasSubscribers, isCurrent } = topic;
  const isKnown = schedule.answeredAt !== Number.NEGATIVE_INFINITY || reconciler.latest.length > 0;
  const isMarked = latest.length > 0 && isStale;
  return isKnown && !isMarked && !hasSubscribers && !isCurrent;
}
