import type { MarketDataError } from '../../market/errors.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import type { SharableTopic, TopicSubscriber } from './topic-subscriber.ts';

/** An event and its number among those offered. */
interface Offer<V> {
  readonly event: FeedEvent<V>;
  readonly number: number;
}

/**
 * The events of a changing set of topics, for all watch lists that show them in the same way.
 *
 * Every user has a watch list of their own. If each list subscribed to its topics, a tick would be offered to, waited
 * for and read by thousands of subscriptions that all do the same with it. So the lists share one subscriber. It has
 * the topics that at least one list wants: a list that opens adds those that are missing, and what no list wants any
 * more is removed. Which list wants which topic is the concern of its reader.
 *
 * There is one slot per topic: a newer event replaces one that was not taken, so a slow reader skips values and is
 * never late. This suits only topics whose events all have the key of the topic, and where each event replaces the one
 * before: tickers and books.
 *
 * A topic that ends is removed; an event with its error follows its last value. The others go on. After `return()`,
 * which the topics call when the server stops, the result of every `next()` is done.
 */
export class SharedTopics<V> implements TopicSubscriber<V>, AsyncIterableIterator<FeedEvent<V>> {
  readonly #topics = new Map<string, SharableTopic<V>>();
  readonly #slots = new Map<string, Offer<V>>();
  #waiter: ((result: IteratorResult<FeedEvent<V>, undefined>) => void) | null = null;
  #offered = 0;
  #taken = 0;
  #hasEnded = false;

  /** Number of events offered so far. `latest` includes all of them. */
  get offered(): number {
    return this.#offered;
  }

  /** The number of the event that was taken last, counted from 1 in the order of the offers. */
  get taken(): number {
    return this.#taken;
  }

  /** Adds the topics that it does not have. */
  add(topics: readonly SharableTopic<V>[]): void {
    for (const topic of topics) {
      const { key } = topic;
      if (this.#hasEnded || this.#topics.has(key)) continue;
      this.#topics.set(key, topic);
      topic.add(this);
    }
  }

  remove(key: string): void {
    this.#topics.get(key)?.remove(this);
    this.#topics.delete(key);
    this.#slots.delete(key);
  }

  /** The latest known event of a topic, for a reader that is new. */
  latest(key: string): readonly FeedEvent<V>[] {
    return this.#topics.get(key)?.latest ?? [];
  }

  /** True if a new reader would receive something of the topic at once, or as soon as its market moves. */
  isReady(key: string): boolean {
    return this.#topics.get(key)?.isReady ?? false;
  }

  push(event: FeedEvent<V>): void {
    this.#offer(event.key, event);
  }

  onReady(): void {}

  onFailure(): void {}

  endSource(source: object, error: MarketDataError): void {
    for (const [key, { subscribers }] of this.#topics) {
      if (subscribers !== source) continue;
      this.#topics.delete(key);
      this.#offer(`${key} error`, { key, value: error });
    }
  }

  next(): Promise<IteratorResult<FeedEvent<V>, undefined>> {
    for (const [slot, { event, number }] of this.#slots) {
      this.#slots.delete(slot);
      this.#taken = number;
      return Promise.resolve({ done: false, value: event });
    }
    if (this.#hasEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#waiter = resolve;
    });
  }

  return(): Promise<IteratorResult<FeedEvent<V>, undefined>> {
    this.#hasEnded = true;
    this.#slots.clear();
    for (const topic of this.#topics.values()) topic.remove(this);
    this.#topics.clear();
    this.#waiter?.({ done: true, value: undefined });
    this.#waiter = null;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Hands the event to a pending `next()`, or keeps it. */
  #offer(slot: string, event: FeedEvent<V>): void {
    if (this.#hasEnded) return;
    this.#offered += 1;
    if (this.#waiter) {
      this.#taken = this.#offered;
      this.#waiter({ done: false, value: event });
      this.#waiter = null;
    } else this.#slots.set(slot, { event, number: this.#offered });
  }
}
