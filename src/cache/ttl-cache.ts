import { ageOf } from '../base/age.ts';
import type { Clock } from '../base/clock.ts';
import { HotKeys } from '../base/hot-keys.ts';
import type { Fresh } from '../market/model/fresh.ts';
import type { FetchOptions } from '../market/ports/market-data.ts';
import type { CacheEntry, CacheStore } from './cache-store.ts';

/** An answer of the upstream. */
export interface AnswerEntry<V> extends CacheEntry {
  readonly value: V;
}

export interface TtlCacheListeners {
  /** Called once for each query that could be answered from memory: true if it waited for no call. */
  readonly onLookup?: (isHit: boolean) => void;
  /** Called for each call that renews an answer which serves meanwhile. */
  readonly onRenewal?: () => void;
}

export interface TtlCacheOptions<Q, V> extends TtlCacheListeners {
  readonly fetch: (query: Q, options?: FetchOptions) => Promise<Fresh<V>>;
  readonly toKey: (query: Q) => string;
  /** Calls for queries with the same result take similar times; by default all of them. */
  readonly toScope?: (query: Q) => string;
  readonly store: CacheStore<AnswerEntry<V>>;
  readonly clock: Clock;
  /** How long an answer serves the same query again, in ms. */
  readonly ttlMs: number;
}

/** A call in progress. Its answer serves every query that accepts an answer of this age. */
interface Flight<V> {
  readonly maxAgeMs: number;
  readonly entry: Promise<AnswerEntry<V>>;
}

/**
 * Remembers answers. Equal queries within `ttlMs`, or while a call for the first is in progress, cost one call. A query
 * that comes again and again never waits for that call: see HotKeys. A query with `maxAgeMs` 0 always makes a call; its
 * answer is stored for other queries, but is not declared to be fresh.
 */
export class TtlCache<Q, V> {
  readonly #options: TtlCacheOptions<Q, V>;
  readonly #flights = new Map<string, Flight<V>>();
  readonly #hot: HotKeys;

  constructor(options: TtlCacheOptions<Q, V>) {
    this.#options = options;
    this.#hot = new HotKeys(options);
  }

  async fetch(query: Q, options?: FetchOptions): Promise<Fresh<V>> {
    const key = this.#options.toKey(query);
    const maxAgeMs = options?.maxAgeMs ?? Number.POSITIVE_INFINITY;
    if (maxAgeMs > 0) {
      // With a ttl of 0, every query wants a new answer.
      const acceptsRenewed = options?.maxAgeMs === undefined && this.#options.ttlMs > 0;
      const known = this.#recall(key, maxAgeMs) ?? (acceptsRenewed ? this.#renew(key, query) : null);
      this.#options.onLookup?.(known !== null);
      return known ?? this.#toFresh(await this.#join(key, query, options));
    }
    const entry = await this.#ask(query, options);
    // An older call that is still in progress must not replace what is newer.
    this.#flights.delete(key);
    this.#options.store.set(key, entry);
    return { value: entry.value, freshUntil: 0 };
  }

  #recall(key: string, maxAgeMs: number): Fresh<V> | null {
    const { store, clock } = this.#options;
    const entry = store.get(key);
    // With a ttl of 0, queries of the same millisecond still share an answer.
    const isHit =
      entry !== undefined && ageOf(entry.storedAt, clock.now()) < Math.min(Math.max(1, entry.ttlMs), maxAgeMs);
    return isHit ? this.#toFresh(entry) : null;
  }

  /** The expired answer of a hot query, which serves while a call renews it; null if the query must wait. */
  #renew(key: string, query: Q): Fresh<V> | null {
    const entry = this.#options.store.get(key);
    if (!entry) return null;
    const fresh = this.#toFresh(entry);
    const reusableUntil = this.#hot.onExpired(key, this.#scopeOf(query), fresh.freshUntil);
    if (reusableUntil === null) return null;
    if (!this.#flights.has(key)) {
      this.#options.onRenewal?.();
      this.#join(key, query, { isRenewal: true }).catch(() => this.#hot.onFailure(key));
    }
    const flight = this.#flights.get(key);
    return { ...fresh, reusableUntil, isCurrent: () => this.#flights.get(key) === flight };
  }

  /** The answer of a call in progress, or of a new one. */
  #join(key: string, query: Q, options: FetchOptions | undefined): Promise<AnswerEntry<V>> {
    const maxAgeMs = options?.maxAgeMs ?? Number.POSITIVE_INFINITY;
    const known = this.#flights.get(key);
    if (known && known.maxAgeMs <= maxAgeMs) return known.entry;
    const fly = async (): Promise<AnswerEntry<V>> => {
      try {
        const entry = await this.#ask(query, options);
        if (this.#flights.get(key) === flight) this.#options.store.set(key, entry);
        return entry;
      } finally {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      }
    };
    const flight: Flight<V> = { maxAgeMs, entry: fly() };
    this.#flights.set(key, flight);
    return flight.entry;
  }

  async #ask(query: Q, options: FetchOptions | undefined): Promise<AnswerEntry<V>> {
    const { fetch, clock, ttlMs } = this.#options;
    const askedAt = clock.now();
    const { value, freshUntil } = await fetch(query, options);
    const storedAt = clock.now();
    this.#hot.onCall(this.#scopeOf(query), storedAt - askedAt);
    // An upstream that is a cache itself may have had the value for a while.
    return { value, storedAt, ttlMs: freshUntil > storedAt ? Math.min(ttlMs, freshUntil - storedAt) : ttlMs };
  }

  /** An answer is not fresh for longer because the clock was set back. */
  #toFresh({ value, storedAt, ttlMs }: AnswerEntry<V>): Fresh<V> {
    return { value, freshUntil: Math.min(storedAt, this.#options.clock.now()) + ttlMs };
  }

  #scopeOf(query: Q): string {
    return this.#options.toScope?.(query) ?? '';
  }
}
