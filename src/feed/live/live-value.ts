import { MarketDataError } from '../../market/errors.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import type { Topic } from '../topics/topic.ts';

/** A value of the feed, for queries. */
export interface LiveValue<V> {
  readonly value: V;
  /** True while stream or polls keep it up to date, so that a call would bring nothing newer. */
  readonly isCurrent: boolean;
}

/** The latest value that a topic knows; null if there is none. */
export function toLiveValue<T, V extends { readonly stale: boolean }, R extends Reconciler<T, V>>(
  topic: Topic<T, V, R> | undefined,
): LiveValue<V> | null {
  const value = topic?.latest[0]?.value;
  if (!topic || value === undefined || value instanceof MarketDataError) return null;
  return { value, isCurrent: !value.stale && topic.isCurrent };
}
