import type { Stream, StreamKind, StreamListener } from '../../market/ports/market-streams.ts';
import type { OnOutcome } from '../polling/polled.ts';
import type { CallKind, Reconciler } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import type { Topic } from '../topics/topic.ts';

/**
 * How one kind of live data differs from the others. `T` is a message, `V` is the value that subscribers receive, and
 * `R` is the reconciler that turns messages into values.
 */
export interface KindSource<T, V, R extends Reconciler<T, V>> {
  readonly kind: StreamKind;
  createReconciler(request: TopicRequest): R;
  /** Topics of the same poll group are fetched together. */
  groupOf(request: TopicRequest): string;
  openStream(request: TopicRequest, listener: StreamListener<T>, reconciler: R): Stream;
  /** Never rejects. A cache can answer a `fetch`; a `poll` always asks the exchange. */
  fetch(topics: readonly Topic<T, V, R>[], kind: CallKind, onOutcome: OnOutcome<Topic<T, V, R>, T>): Promise<void>;
  /** How many events can wait for one subscriber. */
  readonly maxWaiting: number;
}
