import type { Stream, StreamKind, StreamListener } from '../../market/ports/market-streams.ts';
import type { OnOutcome } from '../polling/polled.ts';
import type { CallKind, Reconciler } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import type { Topic } from '../topics/topic.ts';

/** The pace at which data is polled that exchanges renew every minute or more rarely, in ms. */
export const slowPollMs = 60_000;

/**
 * The maximum age of such data that answers, marked stale, in ms: it is a minute old before a failed poll shows that it
 * is.
 */
export function slowStaleMaxMs(staleMaxMs: number): number {
  return Math.max(staleMaxMs, 5 * slowPollMs);
}

/**
 * How one kind of live data differs from the others. `T` is a message, `V` is the value that subscribers receive, and
 * `R` is the reconciler that turns messages into values.
 */
export interface KindSource<T, V, R extends Reconciler<T, V>> {
  readonly kind: StreamKind;
  /** Polls are at least this far apart, in ms, and a stream counts as silent after twice this time at the earliest. */
  readonly minPollIntervalMs?: number;
  /**
   * True if no call brings this kind, so that it is never polled. Its streams can be silent for hours. While a stream is
   * open it is up to date, and its errors are those of the topic.
   */
  readonly isStreamOnly?: true;
  createReconciler(request: TopicRequest): R;
  /** Topics of the same poll group are fetched together. */
  groupOf(request: TopicRequest): string;
  /** Opens the stream of an exchange that has one. */
  openStream(request: TopicRequest, listener: StreamListener<T>, reconciler: R): Stream;
  /** Never rejects. A cache can answer a `fetch`; a `poll` always asks the exchange. */
  fetch(topics: readonly Topic<T, V, R>[], kind: CallKind, onOutcome: OnOutcome<Topic<T, V, R>, T>): Promise<void>;
  /** How many events can wait for one subscriber. */
  readonly maxWaiting: number;
}
