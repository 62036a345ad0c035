import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import { toStale } from '../../market/model/staleness.ts';
import { isOlder } from '../../market/model/ticker.ts';
import type { FeedEvent } from './feed-event.ts';
import { lagMs } from './lag.ts';
import type { MessageSource, ReconcileResult, Reconciler } from './reconciler.ts';

/** The common fields of such data. */
interface Snapshot {
  readonly timestamp: number | null;
  readonly receivedAt: number;
  readonly stale: boolean;
}

export interface LatestReconcilerOptions<V extends Snapshot, T> {
  readonly key: string;
  readonly clock: Clock;
  /** The maximum age of a stale value that a new subscriber receives as its first event, in ms. */
  readonly staleMaxMs: number;
  readonly toValue: (message: T) => V;
  /** True if the second value changes nothing for a subscriber. */
  readonly isSame: (previous: V, next: V) => boolean;
  /** True if the market has moved between the first and the second value. */
  readonly hasMoved: (previous: V, next: V) => boolean;
}

/** The reconciler of tickers, order books and other data of which only the newest counts. Each value replaces the one before, so there is never a gap. */
export class LatestReconciler<V extends Snapshot, T = V> implements Reconciler<T, V> {
  readonly hasGap = false;
  readonly waitingSince = null;
  readonly since = null;
  readonly #options: LatestReconcilerOptions<V, T>;
  #value: V | null = null;
  /** The times of the value. A time of receipt in the future, from a machine whose clock is ahead, counts as now. */
  #times: Pick<Snapshot, 'timestamp' | 'receivedAt'> = { timestamp: null, receivedAt: 0 };
  #isStreamed = false;
  /** Why the exchange fails; null while it works. */
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

  get dueAt(): number | null {
    return null;
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
    if (known && this.#isOutrun(next, isStreamed) && !this.#isRevived(known, next))
      return { events: [], marketMoved: false };
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
   * True if `next` is older than the known value. Timestamps of the exchange are comparable only among values that
   * arrived the same way: a stream can carry the time of the message, and a call the time of the last trade (Coinbase).
   */
  #isOutrun(next: V, isStreamed: boolean): boolean {
    if (!isOlder(this.#times, next)) return false;
    return isStreamed === this.#isStreamed || next.receivedAt - this.#times.receivedAt < lagMs;
  }

  /** True if a value that is marked stale comes once more. Its time of receipt may differ a little. */
  #isRevived(known: V, next: V): boolean {
    if (!known.stale) return false;
    const { timestamp } = this.#times;
    return next.timestamp === timestamp && this.#options.isSame({ ...known, stale: false }, next);
  }

  #markStale(value: V): readonly FeedEvent<V>[] {
    if (value.stale) return [];
    this.#value = toStale(value);
    return [{ key: this.#options.key, value: this.#value }];
  }
}
