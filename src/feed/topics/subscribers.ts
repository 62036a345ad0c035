import type { MarketDataError } from '../../market/errors.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import type { TopicSubscriber } from './topic-subscriber.ts';

/**
 * Sends the events of one topic to its subscribers.
 *
 * A new subscriber receives the latest value at once. There is one exception: if the topic had no subscribers for a
 * while, nothing was polled, and the value can be out of date without being marked stale. Then the value is deferred.
 * It is sent once a call or the stream has brought it up to date, or once a failed call has marked it stale.
 */
export class Subscribers<T, V> {
  readonly #reconciler: Reconciler<T, V>;
  readonly #subscriptions = new Set<TopicSubscriber<V>>();
  #isDeferring = false;
  #hasServed = false;

  constructor(reconciler: Reconciler<T, V>) {
    this.#reconciler = reconciler;
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  /** True while the latest value is deferred. */
  get isDeferring(): boolean {
    return this.#isDeferring;
  }

  /** True once subscribers have received the latest value, or the market has turned out to have none yet. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  [Symbol.iterator](): Iterator<TopicSubscriber<V>> {
    return this.#subscriptions[Symbol.iterator]();
  }

  /** Adds a subscriber. `isDeferred` if the latest value is out of date. */
  add(subscription: TopicSubscriber<V>, isDeferred: boolean): void {
    this.#subscriptions.add(subscription);
    if (isDeferred) this.#isDeferring = true;
    if (this.#isDeferring) return;
    for (const event of this.#reconciler.latest) subscription.push(event);
    if (this.#reconciler.isReady) subscription.onReady();
  }

  /** Returns false if the subscription was not one of them. */
  remove(subscription: TopicSubscriber<V>): boolean {
    return this.#subscriptions.delete(subscription);
  }

  /** Sends events, and the deferred latest value if it is up to date now. */
  send(events: readonly FeedEvent<V>[]): void {
    const deferred = this.#takeDeferred(events);
    for (const event of events) this.#push(event);
    for (const event of deferred) this.#push(event);
    if (this.#isDeferring || !this.#reconciler.isReady) return;
    this.#hasServed = true;
    for (const subscription of this.#subscriptions) subscription.onReady();
  }

  /** Called when a call has failed; `isHopeless` if none will succeed soon. */
  onFailure(error: MarketDataError, isHopeless: boolean): void {
    for (const subscription of this.#subscriptions) subscription.onFailure(this, error, isHopeless);
  }

  /** Called when the topic has ended with an error. Subscribers without another topic end too. */
  end(error: MarketDataError): void {
    for (const subscription of this.#subscriptions) subscription.endSource(this, error, this.#hasServed);
    this.#subscriptions.clear();
  }

  #push(event: FeedEvent<V>): void {
    for (const subscription of this.#subscriptions) subscription.push(event);
  }

  /** Returns the deferred events if they can be sent now, without those that are in `sent` already. */
  #takeDeferred(sent: readonly FeedEvent<V>[]): readonly FeedEvent<V>[] {
    const { hasGap, error } = this.#reconciler;
    if (!this.#isDeferring || (hasGap && error === null)) return [];
    this.#isDeferring = false;
    return this.#reconciler.latest.filter(({ value }) => !sent.some((event) => event.value === value));
  }
}
