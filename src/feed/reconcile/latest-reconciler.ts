import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import { toStale } from '../../market/model/staleness.ts';
import { isOlder } from '../../market/model/ticker.ts';
import type { FeedEvent } from './feed-event.ts';
import { lagMs } from './lag.ts';
import type { MessageSource, ReconcileResult, Reconciler } from './reconciler.ts';

/** What a ticker and a book have in common. */
interface Snapshot {
  readonly timestamp: number | null;
  readonly receivedAt: number;
  readonly stale: boolean;
}

export interface LatestReconcilerOptions<V extends Snapshot, T> {
  readonly key: string;
  readonly clock: Clock;
  /** How old a stale value may be and still be the first event of a new subscriber, in ms. */
  readonly staleMaxMs: number;
  readonly toValue: (message: T) => V;
  /** True when the second value changes nothing for a subscriber. */
  readonly isSame: (previous: V, next: V) => boolean;
  /** True when the market has moved from the first to the second. */
  readonly hasMoved: (previous: V, next: V) => boolean;
}

/** The reconciler of tickers and order books: each value replaces the one before, so that nothing is ever missing. */
export class LatestReconciler<V extends Snapshot, T = V> implements Reconciler<T, V> {
  readonly hasGap = false;
  readonly waitingSince = null;
  readonly dueAt = null;
  readonly since = null;
  readonly #options: LatestReconcilerOptions<V, T>;
  #value: V | null = null;
  /** When the value was true. A time of receipt in this clock's future, from a machine whose clock is ahead, counts as now. */
  #times: Pick<Snapshot, 'timestamp' | 'receivedAt'> = { timestamp: null, receivedAt: 0 };
  #isStreamed = false;
  /** Why the exchange fails, while it does. */
  #error: MarketDataError | null = null;

  constructor(options: LatestReconcilerOptions<V, T>) {
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

  get isReady(): boolean {
    return this.latest.length > 0;
  }

  take(message: T, source: MessageSource): ReconcileResult<V> {
    const { clock, key, toValue, isSame, hasMoved } = this.#options;
    const next = toValue(message);
    const known = this.#value;
    if (known && next.stale) return { events: this.#markStale(known), marketMoved: false };
    const isStreamed = source === 'stream';
    if (known && this.#isOutrun(next, isStreamed)) return { events: [], marketMoved: false };
    const now = clock.now();
    this.#value = next;
    this.#times = next.receivedAt <= now ? next : { timestamp: next.timestamp, receivedAt: now };
    this.#isStreamed = isStreamed;
    this.#error = null;
    const events = known && isSame(known, next) ? [] : [{ key, value: next }];
    return { events, marketMoved: known !== null && hasMoved(known, next) };
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
   * True when `next` was true before what is known. Times of the exchange compare reliably only among values that came
   * the same way: a stream may carry the time of the message, and a call that of the last trade (Coinbase).
   */
  #isOutrun(next: V, isStreamed: boolean): boolean {
    if (!isOlder(this.#times, next)) return false;
    return isStreamed === this.#isStreamed || next.receivedAt - this.#times.receivedAt < lagMs;
  }

  #markStale(value: V): readonly FeedEvent<V>[] {
    if (value.stale) return [];
    this.#value = toStale(value);
    return [{ key: this.#options.key, value: this.#value }];
  }
}
