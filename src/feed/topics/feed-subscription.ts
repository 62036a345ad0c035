import { MarketDataError } from '../../market/errors.ts';
import { slowConsumer } from '../../market/slow-consumer.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';
import { SubscriptionStart } from './subscription-start.ts';
import { TakenValues } from './taken-values.ts';

export interface SubscriptionOptions<V> {
  /** How many topics offer events; when all have ended, so does the subscription. */
  readonly sources: number;
  /** True when a subscriber that has received the first value learns nothing from the second; without it, each event counts. */
  readonly isSame?: (taken: V, next: V) => boolean;
  /** How many keys may wait to be taken; one more ends the subscriber with SLOW_CONSUMER. */
  readonly maxWaiting: number;
  /** The latest known events of its topics. */
  readonly latest: () => readonly FeedEvent<V>[];
  /** True when a new subscriber would receive something at once, or as soon as the market moves. */
  readonly isReady: () => boolean;
  /** Called once, when the subscriber leaves or has taken the last event after `finish()`. */
  readonly onEnd: () => void;
}

/** An event, and its number among those offered. */
interface Offer<V> {
  readonly event: FeedEvent<V>;
  readonly number: number;
}

/**
 * The events that one subscriber has not taken yet.
 *
 * Topics offer events at the pace of the market, and subscribers take them at their own. In a plain queue, a slow subscriber
 * would fill the memory and read old prices. So there is one slot per key: a newer event replaces one that was not taken,
 * and an event that repeats what was taken last empties the slot. A ticker or a book has one key: its subscriber skips
 * changes and is never late. Each candle and each batch of trades has its own, since none may be skipped: a subscriber
 * that lets too many of them wait is ended with SLOW_CONSUMER.
 *
 * States: open; finishing, when what waits may still be taken but nothing is added; ended. An error is the last event.
 *
 * The iterator is written by hand, since a generator's `return()` waits behind its pending `next()`. After `return()` or
 * `finish()` every `next()` must be done: graphql-ws pulls again at once from one that is not.
 */
export class FeedSubscription<V> implements AsyncIterableIterator<FeedEvent<V>> {
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

  /** True when another subscriber may join this one; not once a source has ended that has served: a new one may have another. */
  get isReady(): boolean {
    return !this.#hasLostSource && this.#options.isReady();
  }

  /** Why it has ended, or why nothing has come so far; null where nothing is known. */
  get error(): MarketDataError | null {
    return this.#start.error;
  }

  whenReady(): Promise<void> {
    return this.#start.whenReady();
  }

  onReady(): void {
    this.#start.onReady();
  }

  /** A source has failed; `isHopeless` where it will not work again soon. Before the start, that of all sources is the end. */
  onFailure(source: object, error: MarketDataError, isHopeless: boolean): void {
    if (this.#start.onFailure(source, error, isHopeless)) this.fail(error);
  }

  /** How many events it has been offered so far: a subscriber that joins now knows all of these by `latest`. */
  get offered(): number {
    return this.#offered;
  }

  /** The number, among those offered, of the event taken last, from 1 on. */
  get taken(): number {
    return this.#taken;
  }

  /** Lets `count` more events wait than wait now. As they are taken, the bound falls back to the usual one. */
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

  /** Ends it with an error, after what waits to be taken. */
  fail(error: MarketDataError): void {
    if (this.#state !== 'open') return;
    this.#offered += 1;
    this.#offer({ key: 'error', value: error });
    this.finish(error);
  }

  /** A source has ended because of an error; the last one ends the subscription. `hasServed` where it has sent something. */
  endSource(source: object, error: MarketDataError, hasServed: boolean): void {
    if (hasServed) this.#hasLostSource = true;
    if (this.#start.onSourceEnd(source)) this.fail(error);
    else this.onFailure(source, error, false);
  }

  /** Ends the iterator once what is in the slots has been taken. */
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
