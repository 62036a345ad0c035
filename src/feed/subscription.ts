import { MarketDataError } from '../market/error.ts';
import type { FeedEvent } from './event.ts';
import { holeKey } from './hole.ts';

export interface SubscriptionOptions<V> {
  /** How many sources may offer events; when all have ended, so does it. */
  readonly sources: number;
  /** True when a subscriber who was told the one learns nothing from the other; left out where each event is news. */
  readonly isSame?: (seen: V | MarketDataError, next: V | MarketDataError) => boolean;
  /** How many keys may wait to be taken; with one more the subscriber is told SLOW_CONSUMER and ended. */
  readonly mostWaiting: number;
  /** The latest known events of what it listens to. */
  readonly latest: () => readonly FeedEvent<V>[];
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
 * of its key empties the slot instead.
 *
 * A hand-written iterator, since a generator's `return()` waits behind its pending `next()`. After `return()` or
 * `finish()` every `next()` is done: graphql-ws pulls again at once from one that is not.
 */
export class FeedSubscription<V> implements AsyncIterableIterator<FeedEvent<V>> {
  readonly #slots = new Map<string, Offer<V>>();
  readonly #seen = new Map<string, V | MarketDataError>();
  readonly #waiting: ((result: IteratorResult<FeedEvent<V>, undefined>) => void)[] = [];
  readonly #options: SubscriptionOptions<V>;
  #sources: number;
  #hasStarted = false;
  /** Why it has not started: the first that came was this. */
  #error: MarketDataError | null = null;
  #onStart: (() => void) | null = null;
  #offered = 0;
  #taken = 0;
  #state: 'open' | 'finishing' | 'ended' = 'open';

  constructor(options: SubscriptionOptions<V>) {
    this.#options = options;
    this.#sources = options.sources;
  }

  /** What a subscriber who came now would be told at once. */
  get latest(): readonly FeedEvent<V>[] {
    return this.#options.latest();
  }

  /** Resolves once something has come, or one of its sources works and has nothing to offer yet. Rejects with an error that comes before. */
  async whenStarted(): Promise<void> {
    if (!this.#hasStarted && this.#error === null && this.#state === 'open') {
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
    this.#wakeStarter();
  }

  /** How many events it has been offered so far: whoever comes now knows all of these by `latest`. */
  get offered(): number {
    return this.#offered;
  }

  /** Which of the events offered the last one was that was taken, counted from 1. */
  get taken(): number {
    return this.#taken;
  }

  /** Offers an event; ignored once the iterator is finishing. */
  push(event: FeedEvent<V>): void {
    if (this.#state !== 'open') return;
    const { key, value } = event;
    if (!(value instanceof MarketDataError)) this.start();
    else if (!this.#hasStarted) {
      this.#error = value;
      this.#wakeStarter();
    }
    const { mostWaiting } = this.#options;
    this.#offered += 1;
    const offer = { event, number: this.#offered };
    if (this.#isKnown(event)) {
      this.#slots.delete(key);
      return;
    }
    const waiter = this.#waiting.shift();
    if (waiter) {
      this.#see(offer);
      waiter({ done: false, value: event });
    } else if (this.#slots.size < mostWaiting || this.#slots.has(key)) {
      this.#slots.set(key, offer);
    } else {
      this.#slots.clear();
      this.#slots.set('error', { ...offer, event: { key: 'error', value: tooSlow() } });
      this.finish();
    }
  }

  /** One of its sources is over. */
  endSource(): void {
    this.#sources -= 1;
    if (this.#sources <= 0) this.finish();
  }

  /** Ends the iterator once what is in the slots has been taken. */
  finish(): void {
    if (this.#state !== 'open') return;
    this.#state = 'finishing';
    if (this.#slots.size === 0) this.#end();
  }

  next(): Promise<IteratorResult<FeedEvent<V>, undefined>> {
    for (const [key, offer] of this.#slots) {
      this.#slots.delete(key);
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

  /** True when it repeats what was taken last of its key, and nothing else came in between. */
  #isKnown({ key, value }: FeedEvent<V>): boolean {
    const seen = this.#seen.get(key);
    if (seen === undefined || key === holeKey) return false;
    const isAfterOthers = value instanceof MarketDataError && this.#slots.size > 0 && !this.#slots.has(key);
    return !isAfterOthers && (this.#options.isSame?.(seen, value) ?? false);
  }

  #see({ event: { key, value }, number }: Offer<V>): void {
    this.#taken = number;
    if (!this.#options.isSame) return;
    // After a value the same error is news again.
    if (!(value instanceof MarketDataError)) this.#seen.delete('error');
    this.#seen.delete(key);
    this.#seen.set(key, value);
    // Keys that count up, as those of candles do, must not fill the memory.
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= this.#options.mostWaiting) break;
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
    this.#wakeStarter();
    for (const waiter of this.#waiting.splice(0)) waiter({ done: true, value: undefined });
    this.#options.onEnd();
  }
}

/** What a client is told that would lose something. */
export function tooSlow(): MarketDataError {
  const message = 'This client takes events more slowly than they come, and some would be lost: subscribe again.';
  return new MarketDataError('SLOW_CONSUMER', message, { retryable: true });
}
