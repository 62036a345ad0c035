import type { MarketDataError } from '../../market/errors.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import type { FeedSubscription } from './feed-subscription.ts';

/**
 * The subscribers of one topic, to whom its events are sent.
 *
 * A new one receives the latest at once, unless that is out of date without being marked so, since nobody listened for a
 * while and nothing was polled. Then the latest is deferred: it follows once a call or the stream has brought it up to
 * date, or has failed to, which marks it stale.
 */
export class Subscribers<T, V> {
  readonly #reconciler: Reconciler<T, V>;
  readonly #subscriptions = new Set<FeedSubscription<V>>();
  #isDeferring = false;
  #hasServed = false;

  constructor(reconciler: Reconciler<T, V>) {
    this.#reconciler = reconciler;
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  /** True while the latest is deferred. */
  get isDeferring(): boolean {
    return this.#isDeferring;
  }

  /** True once a subscriber has received something, or could have. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  [Symbol.iterator](): Iterator<FeedSubscription<V>> {
    return this.#subscriptions[Symbol.iterator]();
  }

  /** Adds a subscriber. With `isDeferred` the latest is out of date. */
  add(subscription: FeedSubscription<V>, isDeferred: boolean): void {
    this.#subscriptions.add(subscription);
    if (isDeferred) this.#isDeferring = true;
    if (this.#isDeferring) return;
    for (const event of this.#reconciler.latest) subscription.push(event);
    if (this.#reconciler.isReady) subscription.onReady();
  }

  /** False when it was none of them. */
  remove(subscription: FeedSubscription<V>): boolean {
    return this.#subscriptions.delete(subscription);
  }

  /** Sends events, and the latest where it was deferred and no longer need be. */
  send(events: readonly FeedEvent<V>[]): void {
    const deferred = this.#takeDeferred(events);
    for (const event of events) this.#push(event);
    for (const event of deferred) this.#push(event);
    if (this.#isDeferring || !this.#reconciler.isReady) return;
    this.#hasServed = true;
    for (const subscription of this.#subscriptions) subscription.onReady();
  }

  /** A call has failed; `isHopeless` where none will succeed soon. */
  onFailure(error: MarketDataError, isHopeless: boolean): void {
    for (const subscription of this.#subscriptions) subscription.onFailure(this, error, isHopeless);
  }

  /** The topic has ended with an error, which ends subscribers that have no other topic. */
  end(error: MarketDataError): void {
    for (const subscription of this.#subscriptions) subscription.endSource(this, error, this.#hasServed);
    this.#subscriptions.clear();
  }

  #push(event: FeedEvent<V>): void {
    for (const subscription of this.#subscriptions) subscription.push(event);
  }

  /** The deferred latest, if it is due now, without events that are sent anyway. */
  #takeDeferred(sent: readonly FeedEvent<V>[]): readonly FeedEvent<V>[] {
    const { hasGap, error } = this.#reconciler;
    if (!this.#isDeferring || (hasGap && error === null)) return [];
    this.#isDeferring = false;
    return this.#reconciler.latest.filter(({ value }) => !sent.some((event) => event.value === value));
  }
}
