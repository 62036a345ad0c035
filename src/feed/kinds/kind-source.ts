import type { Stream, StreamListener } from '../../market/ports/market-streams.ts';
import type { OnOutcome } from '../polling/polled.ts';
import type { CallKind, Reconciler } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import type { Topic } from '../topics/topic.ts';
import type { FeedKind } from './feed-kind.ts';

/**
 * How one kind of live data differs from the others. `T` is a message, `V` is the value that subscribers receive, and
 * `R` is the reconciler that turns messages into values.
 */
export interface KindSource<T, V, R extends Reconciler<T, V>> {
  readonly kind: FeedKind;
  createReconciler(request: TopicRequest): R;
  /** Topics of the same poll group are fetched together. */
  groupOf(request: TopicRequest): string;
  /** Opens the stream of an exchange that has one; null if this kind is only polled. */
  readonly openStream: ((request: TopicRequest, listener: StreamListener<T>, reconciler: R) => Stream) | null;
  /** Never rejects. A cache can answer a `fetch`; a `poll` always asks the exchange. */
  fetch(topics: readonly Topic<T, V, R>[], kind: CallKind, onOutcome: OnOutcome<Topic<T, V, R>, T>): Promise<void>;
  /** How many events can wait for one subscriber. */
  readonly maxWaiting: number;
  /** The shortest interval between two polls, in ms, if POLL_INTERVAL_MS may be too short for this kind. */
  readonly minPollIntervalMs?: number;
}
