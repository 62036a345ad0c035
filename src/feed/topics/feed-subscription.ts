import { MarketDataError } from '../../market/errors.ts';
import { slowConsumer } from '../../market/slow-consumer.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import { SharedTopics } from './shared-topics.ts';
import { SubscriptionStart } from './subscription-start.ts';
import { TakenValues } from './taken-values.ts';
import type { SharableTopic, TopicSubscriber } from './topic-subscriber.ts';

export interface SubscriptionOptions<V> {
  /** Number of topics that offer events. The subscription ends when all of them have ended. */
  readonly sources: number;
  /** True if the second value changes nothing for a subscriber that has the first. Without it, every event is sent. */
  readonly isSame?: (taken: V, next: V) => boolean;
  /** How many keys can wait to be taken. One more ends the subscription with SLOW_CONSUMER. */
  readonly maxWaiting: number;
  /** The latest known events of its topics. */
  readonly latest: () => readonly FeedEvent<V>[];
  /** True if a new subscriber would receive something at once, or as soon as the market moves. */
  readonly isReady: () => boolean;
  /** Its topics. */
  readonly topics?: () => readonly SharableTopic<V>[];
  /** Called once, when the subscriber leaves or has taken the last event after `finish()`. */
  readonly onEnd: () => void;
}

/** An event and its number among those offered. */
interface Offer<V> {
  readonly event: FeedEvent<V>;
  readonly number: number;
}

/**
 * The events that one subscriber has not taken yet.
 *
 * Topics offer events at the pace of the market, and subscribers take them at their own. In a plain queue, a slow
 * subscriber would fill the memory and read old prices. So there is one slot per key: a newer event replaces one that
 * was not taken, and an event that repeats what was taken last empties the slot. A ticker or a book has one key: its
 * subscriber skips changes and is never late. Each candle and each batch of trades has a key of its own, because none
 * may be skipped: a subscriber that lets too many of them wait is ended with SLOW_CONSUMER.
 *
 * States: open; finishing, when waiting events can still be taken but none is added; ended. An error is the last event.
 *
 * The iterator is written by hand, because the `return()` of a generator waits for a pending `next()`. After `return()`
 * or `finish()`, the result of every `next()` must be done: graphql-ws calls `next()` again at once if it is not.
 */
export class FeedSubscription<V> implements TopicSubscriber<V>, AsyncIterableIterator<FeedEvent<V>> {
  readonly #slots = new Map<string, Offer<V>>();
  readonly #takenValues: TakenValues<V>;
  readonly #start: SubscriptionStart;
  readonly #waiting: ((result: IteratorResult<FeedEvent<V>, undefined>) => void)[] = [];
  readonly #options: SubscriptionOptions<V>;
  #maxWaiting: number;
  #hasLostSource = false;
  #offered = 0;
  #taken = 0;
  #state: 'open' | 'finishing' | 'ended' = 'open';

  constructor(options: SubscriptionOptions<V>) {
    this.#options = options;
    this.#maxWaiting = options.maxWaiting;
    this.#start = new SubscriptionStart(options.sources);
    this.#takenValues = new TakenValues(options.isSame, options.maxWaiting);
  }

  get latest(): readonly FeedEvent<V>[] {
    return this.#options.latest();
  }

  /** True if another subscriber can share this subscription. False once a topic that had sent something has ended. */
  get isReady(): boolean {
    return !this.#hasLostSource && this.#options.isReady();
  }

  /** Why it has ended, or why no event has arrived so far; null if no reason is known. */
  get error(): MarketDataError | null {
    return this.#start.error;
  }

  /** The topics that still send events; empty once no event can be added. `SharedTopics` can take them over. */
  get topics(): readonly SharableTopic<V>[] {
    if (this.#state !== 'open') return [];
    return this.#options.topics?.().filter(({ hasEnded }) => !hasEnded) ?? [];
  }

  /** True if a topic that had sent something has ended. */
  get hasLostTopic(): boolean {
    return this.#hasLostSource;
  }

  /** Creates an empty set of topics of the same kind of data. */
  createShared(): SharedTopics<V> {
    return new SharedTopics();
  }

  whenReady(): Promise<void> {
    return this.#start.whenReady();
  }

  onReady(): void {
    this.#start.onReady();
  }

  /**
   * A source has failed; `isHopeless` if it will not work again soon. Before the start, the subscription ends if all
   * sources are hopeless.
   */
  onFailure(source: object, error: MarketDataError, isHopeless: boolean): void {
    if (this.#start.onFailure(source, error, isHopeless)) this.fail(error);
  }

  /** Number of events offered so far. For a subscriber that joins now, `latest` includes all of them. */
  get offered(): number {
    return this.#offered;
  }

  /** The number of the event that was taken last, counted from 1 in the order of the offers. */
  get taken(): number {
    return this.#taken;
  }

  /** Lets `count` events wait in addition to those that wait now. As events are taken, the usual limit returns. */
  letWait(count = this.#options.maxWaiting): void {
    this.#maxWaiting = this.#slots.size + count;
  }

  /** Offers an event; ignored once the iterator is finishing. An error ends it. */
  push(event: FeedEvent<V>): void {
    if (this.#state !== 'open') return;
    const { key, value } = event;
    if (value instanceof MarketDataError) {
      this.fail(value);
      return;
    }
    this.#start.onReady();
    this.#offered += 1;
    if (this.#takenValues.isRepeated(key, value)) this.#slots.delete(key);
    else if (this.#waiting.length > 0 || this.#slots.size < this.#maxWaiting || this.#slots.has(key)) {
      this.#offer(event);
    } else {
      this.#slots.clear();
      this.fail(slowConsumer());
    }
  }

  /** Ends it with an error, which follows the waiting events. */
  fail(error: MarketDataError): void {
    if (this.#state !== 'open') return;
    this.#offered += 1;
    this.#offer({ key: 'error', value: error });
    this.finish(error);
  }

  /** A source has ended with an error; the last source ends the subscription. `hasServed` if it has sent something. */
  endSource(source: object, error: MarketDataError, hasServed: boolean): void {
    if (hasServed) this.#hasLostSource = true;
    if (this.#start.onSourceEnd(source)) this.fail(error);
    else this.onFailure(source, error, false);
  }

  /** Ends the iterator once the waiting events have been taken. */
  finish(error?: MarketDataError): void {
    if (this.#state !== 'open') return;
    this.#state = 'finishing';
    this.#start.onEnd(error);
    if (this.#slots.size === 0) this.#end();
  }

  next(): Promise<IteratorResult<FeedEvent<V>, undefined>> {
    for (const [key, offer] of this.#slots) {
      this.#slots.delete(key);
      this.#maxWaiting = Math.min(this.#maxWaiting, this.#slots.size + this.#options.maxWaiting);
      this.#onTaken(offer);
      if (this.#state === 'finishing' && this.#slots.size === 0) this.#end();
      return Promise.resolve({ done: false, value: offer.event });
    }
    if (this.#state !== 'open') return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<FeedEvent<V>, undefined>> {
    this.#slots.clear();
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  async throw(error: unknown): Promise<IteratorResult<FeedEvent<V>, undefined>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Hands the event to a pending `next()`, or keeps it. */
  #offer(event: FeedEvent<V>): void {
    const offer = { event, number: this.#offered };
    const waiter = this.#waiting.shift();
    if (waiter) {
      this.#onTaken(offer);
      waiter({ done: false, value: event });
    } else this.#slots.set(event.key, offer);
  }

  #onTaken({ event: { key, value }, number }: Offer<V>): void {
    this.#taken = number;
    if (!(value instanceof MarketDataError)) this.#takenValues.add(key, value);
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#takenValues.clear();
    this.#start.onEnd();
    for (const waiter of this.#waiting.splice(0)) waiter({ done: true, value: undefined });
    this.#options.onEnd();
  }
}
