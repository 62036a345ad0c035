import { MarketDataError } from '../../market/errors.ts';
import { slowConsumer } from '../../market/slow-consumer.ts';
import type { FeedEvent } from '../reconcile/feed-event.ts';

export interface SubscriptionOptions<V> {
  /** How many sources may offer events; when all have ended, so does it. */
  readonly sources: number;
  /** True when a subscriber who has received the one learns nothing from the other; left out where each event is news. */
  readonly isSame?: (seen: V, next: V) => boolean;
  /** How many keys may wait to be taken; one more ends the subscriber with SLOW_CONSUMER. */
  readonly maxWaiting: number;
  /** The latest known events of what it listens to. */
  readonly latest: () => readonly FeedEvent<V>[];
  /** True while one who came now would receive something at once, or as soon as there is something. */
  readonly isServing: () => boolean;
  /** Called once, when the subscriber leaves or has taken the last event after `finish()`. */
  readonly onEnd: () => void;
}

/** An event, and how many were offered before and with it. */
interface Offer<V> {
  readonly event: FeedEvent<V>;
  readonly number: number;
}

/**
 * What one subscriber has not yet taken: one slot per key, in which the newest event replaces an older one, so that a
 * slow subscriber costs one event per key and never gets an old one. An event that repeats what the subscriber saw last
 * of its key empties the slot instead. An error is the last event: clients take it for the end.
 *
 * A hand-written iterator, since a generator's `return()` waits behind its pending `next()`. After `return()` or
 * `finish()` every `next()` is done: graphql-ws pulls again at once from one that is not.
 */
export class FeedSubscription<V> implements AsyncIterableIterator<FeedEvent<V>> {
  readonly #slots = new Map<string, Offer<V>>();
  readonly #seen = new Map<string, V>();
  readonly #waiting: ((result: IteratorResult<FeedEvent<V>, undefined>) => void)[] = [];
  readonly #options: SubscriptionOptions<V>;
  #sources: number;
  #maxWaiting: number;
  #hasLostSource = false;
  /** Sources that fail in a way that will not pass soon. */
  readonly #hopeless = new Set<object>();
  #hasStarted = false;
  /** Why it has ended, or why it has not started yet. */
  #error: MarketDataError | null = null;
  #onStart: (() => void) | null = null;
  #offered = 0;
  #taken = 0;
  #state: 'open' | 'finishing' | 'ended' = 'open';

  constructor(options: SubscriptionOptions<V>) {
    this.#options = options;
    this.#sources = options.sources;
    this.#maxWaiting = options.maxWaiting;
  }

  /** What a subscriber who came now would be told at once. */
  get latest(): readonly FeedEvent<V>[] {
    return this.#options.latest();
  }

  /**
   * True while one who came now would receive something at once, or as soon as there is something. False once a source is
   * over that has served: whoever asks for the same anew is refused, or gets it from another source that has begun since.
   */
  get isServing(): boolean {
    return !this.#hasLostSource && this.#options.isServing();
  }

  /** Why it has ended, or, before it has started, why nothing has come so far; null where nothing is known. */
  get error(): MarketDataError | null {
    return this.#error;
  }

  /** Resolves once something has come, or one of its sources works and has nothing to offer yet. Rejects with why it ended before. */
  async whenStarted(): Promise<void> {
    if (!this.#hasStarted && this.#state === 'open') {
      await new Promise<void>((resolve) => {
        this.#onStart = resolve;
      });
    }
    if (!this.#hasStarted && this.#error) throw this.#error;
  }

  /** One of its sources works. */
  start(): void {
    if (this.#hasStarted || this.#state !== 'open') return;
    this.#hasStarted = true;
    this.#error = null;
    this.#hopeless.clear();
    this.#wakeStarter();
  }

  /** A source has failed; `isHopeless` where it will not work again soon. Before the start, that of all sources is the end. */
  onFailure(source: object, error: MarketDataError, isHopeless: boolean): void {
    if (this.#hasStarted || this.#state !== 'open') return;
    this.#error = error;
    if (isHopeless) this.#hopeless.add(source);
    else this.#hopeless.delete(source);
    if (this.#hopeless.size >= this.#sources) this.fail(error);
  }

  /** How many events it has been offered so far: whoever comes now knows all of these by `latest`. */
  get offered(): number {
    return this.#offered;
  }

  /** Which of the events offered the last one was that was taken, counted from 1. */
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
    this.start();
    this.#offered += 1;
    if (this.#isKnown(key, value)) this.#slots.delete(key);
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
    this.#error = error;
    this.#offered += 1;
    this.#offer({ key: 'error', value: error });
    this.finish();
  }

  /** One of its sources is over, because of an error; the last one ends it. `hasServed` where something has come of it before. */
  endSource(source: object, error: MarketDataError, hasServed: boolean): void {
    this.#sources -= 1;
    if (hasServed) this.#hasLostSource = true;
    this.#hopeless.delete(source);
    if (this.#sources <= 0) this.fail(error);
    else this.onFailure(source, error, false);
  }

  /** Ends the iterator once what is in the slots has been taken. */
  finish(): void {
    if (this.#state !== 'open') return;
    this.#state = 'finishing';
    this.#wakeStarter();
    if (this.#slots.size === 0) this.#end();
  }

  next(): Promise<IteratorResult<FeedEvent<V>, undefined>> {
    for (const [key, offer] of this.#slots) {
      this.#slots.delete(key);
      this.#maxWaiting = Math.min(this.#maxWaiting, this.#slots.size + this.#options.maxWaiting);
      this.#see(offer);
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

  throw(error: unknown): Promise<IteratorResult<FeedEvent<V>, undefined>> {
    void this.return();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Gives an event to who waits for one, or keeps it. */
  #offer(event: FeedEvent<V>): void {
    const offer = { event, number: this.#offered };
    const waiter = this.#waiting.shift();
    if (waiter) {
      this.#see(offer);
      waiter({ done: false, value: event });
    } else this.#slots.set(event.key, offer);
  }

  /** True when it repeats what was taken last of its key. */
  #isKnown(key: string, value: V): boolean {
    const seen = this.#seen.get(key);
    return seen !== undefined && (this.#options.isSame?.(seen, value) ?? false);
  }

  #see({ event: { key, value }, number }: Offer<V>): void {
    this.#taken = number;
    if (!this.#options.isSame || value instanceof MarketDataError) return;
    this.#seen.delete(key);
    this.#seen.set(key, value);
    // Keys that count up, as those of candles do, must not fill the memory.
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= this.#options.maxWaiting) break;
      this.#seen.delete(oldest);
    }
  }

  #wakeStarter(): void {
    this.#onStart?.();
    this.#onStart = null;
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#seen.clear();
    this.#hopeless.clear();
    this.#wakeStarter();
    for (const waiter of this.#waiting.splice(0)) waiter({ done: true, value: undefined });
    this.#options.onEnd();
  }
}
