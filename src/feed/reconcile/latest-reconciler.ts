import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import { toStale } from '../../market/model/staleness.ts';
import { isOlder } from '../../market/model/ticker.ts';
import type { FeedEvent } from './feed-event.ts';
import type { Origin, Reconciled, Reconciler } from './reconciler.ts';

/** What a ticker and a book have in common. */
interface Snapshot {
  readonly timestamp: number | null;
  readonly receivedAt: number;
  readonly stale: boolean;
}

/** An exchange's answers may be so much behind its stream, in ms. */
export const lagMs = 10_000;

export interface LatestReconcilerOptions<V extends Snapshot> {
  readonly key: string;
  readonly clock: Clock;
  /** How old a stale value may be and still be the first event of a new subscriber, in ms. */
  readonly staleMaxMs: number;
  /** True when a subscriber would learn nothing from the second. */
  readonly isSame: (previous: V, next: V) => boolean;
  /** True when the market has moved from the first to the second. */
  readonly hasMoved: (previous: V, next: V) => boolean;
}

/** A reconciler of values of which each replaces the one before: tickers and order books. */
export class LatestReconciler<V extends Snapshot> implements Reconciler<V, V> {
  readonly isBehind = false;
  readonly waitingSince = null;
  readonly dueAt = null;
  readonly since = null;
  readonly #options: LatestReconcilerOptions<V>;
  #value: V | null = null;
  #isStreamed = false;
  /** Why the exchange fails, while it does. */
  #error: MarketDataError | null = null;

  constructor(options: LatestReconcilerOptions<V>) {
    this.#options = options;
  }

  get latest(): readonly FeedEvent<V>[] {
    const { clock, staleMaxMs, key } = this.#options;
    const value = this.#value;
    const isTooOld = value?.stale && clock.now() - value.receivedAt > staleMaxMs;
    return value && !isTooOld ? [{ key, value }] : [];
  }

  get error(): MarketDataError | null {
    return this.#error;
  }

  get isServing(): boolean {
    return this.latest.length > 0;
  }

  take(next: V, origin: Origin): Reconciled<V> {
    const { key, isSame, hasMoved } = this.#options;
    const known = this.#value;
    if (known && next.stale) return { events: this.#markStale(known), moved: false };
    const isStreamed = origin === 'stream';
    if (known && this.#isBehind(known, next, isStreamed)) return { events: [], moved: false };
    this.#value = next;
    this.#isStreamed = isStreamed;
    this.#error = null;
    const events = known && isSame(known, next) ? [] : [{ key, value: next }];
    return { events, moved: known !== null && hasMoved(known, next) };
  }

  fail(error: MarketDataError): readonly FeedEvent<V>[] {
    this.#error = error;
    return this.#value ? this.#markStale(this.#value) : [];
  }

  interrupt(): void {}

  giveUp(): readonly FeedEvent<V>[] {
    return [];
  }

  /**
   * True when `next` was true before what is known. The exchange's clock tells for good only among values that came the
   * same way: a stream may carry the time of the message, and a call that of the last trade (Coinbase).
   */
  #isBehind(known: V, next: V, isStreamed: boolean): boolean {
    if (!isOlder(known, next)) return false;
    return isStreamed === this.#isStreamed || next.receivedAt - known.receivedAt < lagMs;
  }

  #markStale(value: V): readonly FeedEvent<V>[] {
    if (value.stale) return [];
    this.#value = toStale(value);
    return [{ key: this.#options.key, value: this.#value }];
  }
}
