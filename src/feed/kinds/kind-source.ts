import type { MarketDataError } from '../../market/errors.ts';
import type { Stream, StreamKind, StreamListener } from '../../market/ports/market-streams.ts';
import type { Origin, Reconciler } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import type { Topic } from '../topics/topic.ts';

/** Gives a topic what was fetched for it, or why nothing was. */
export type OnOutcome<T, V> = (topic: Topic<T, V>, outcome: T | MarketDataError) => void;

/** What makes one kind of live data different from the others. `T` is a message, `V` what subscribers are told. */
export interface KindSource<T, V> {
  readonly kind: StreamKind;
  createReconciler(request: TopicRequest): Reconciler<T, V>;
  /** Topics of the same poll group are fetched together. */
  groupOf(request: TopicRequest): string;
  openStream(request: TopicRequest, listener: StreamListener<T>, depth: () => number): Stream;
  /** Never rejects. A `fetch` may be answered from what is remembered, a `poll` asks the exchange. */
  fetch(topics: readonly Topic<T, V>[], origin: Exclude<Origin, 'stream'>, onOutcome: OnOutcome<T, V>): Promise<void>;
  /** How many events may wait for a subscriber. */
  readonly maxWaiting: number;
}
