import { ageOf } from '../base/age.ts';
import type { Clock } from '../base/clock.ts';
import { MarketDataError } from '../market/errors.ts';
import { type AllTickers, type AllTickersQuery, toAllTickersKey, withLastKnown } from '../market/model/all-tickers.ts';
import type { Fresh } from '../market/model/fresh.ts';
import { toStale } from '../market/model/staleness.ts';
import type { FetchOptions, MarketData } from '../market/ports/market-data.ts';
import type { CacheStore } from './cache-store.ts';
import { MemoryStore } from './memory-store.ts';
import type { FailureEntry } from './order-books.ts';
import { type AnswerEntry, TtlCache, type TtlCacheListeners } from './ttl-cache.ts';

export interface AllTickersStores {
  readonly answers: CacheStore<AnswerEntry<AllTickers>>;
  readonly failures: CacheStore<FailureEntry>;
  readonly lastKnown: CacheStore<AnswerEntry<AllTickers>>;
}

export interface AllTickersCacheOptions extends TtlCacheListeners {
  readonly upstream: Pick<MarketData, 'fetchAllTickers'>;
  readonly clock: Clock;
  /** How long an answer serves the same query again, and how long a failed query is not tried again, in ms. */
  readonly ttlMs: number;
  /** The maximum age of last known tickers that still answer, marked stale, while their exchange fails, in ms. */
  readonly staleMaxMs: number;
  readonly stores?: AllTickersStores;
}

/** Each takes about 350 bytes. An answer and the last known tickers are usually the same objects. */
const maxTickers = 300_000;
const maxFailures = 1000;

/**
 * Remembers the tickers of whole exchanges. Equal queries within `ttlMs`, or while a call for the first is in progress,
 * cost one call, however they rank its answer. A query that comes again and again never waits for it: see HotKeys. While
 * an exchange fails, its last known tickers answer, marked stale; while one of its kinds of market fails, those of this
 * kind.
 */
export class AllTickersCache implements Pick<MarketData, 'fetchAllTickers'> {
  readonly #options: AllTickersCacheOptions;
  readonly #stores: AllTickersStores;
  readonly #answers: TtlCache<AllTickersQuery, AllTickers>;

  constructor(options: AllTickersCacheOptions) {
    const { clock, ttlMs, stores = createStores(), onLookup, onRenewal } = options;
    this.#options = options;
    this.#stores = stores;
    this.#answers = new TtlCache({
      fetch: (query, given) => this.#ask(query, given),
      toKey: toAllTickersKey,
      toScope: toAllTickersKey,
      store: stores.answers,
      clock,
      ttlMs,
      ...(onLookup ? { onLookup } : {}),
      ...(onRenewal ? { onRenewal } : {}),
    });
  }

  async fetchAllTickers(query: AllTickersQuery, options?: FetchOptions): Promise<Fresh<AllTickers>> {
    const { clock, onLookup } = this.#options;
    if (options?.maxAgeMs === 0) return this.#answers.fetch(query, options);
    const failed = this.#stores.failures.get(toAllTickersKey(query));
    // With a ttl of 0, queries of the same millisecond still share a failure.
    if (failed && ageOf(failed.storedAt, clock.now()) < Math.max(1, failed.ttlMs)) {
      onLookup?.(true);
      return this.#lastKnown(query, failed);
    }
    try {
      return await this.#answers.fetch(query, options);
    } catch (error) {
      if (!(error instanceof MarketDataError)) throw error;
      return this.#lastKnown(query, this.#remember(query, error));
    }
  }

  async #ask(query: AllTickersQuery, options: FetchOptions | undefined): Promise<Fresh<AllTickers>> {
    const { upstream, clock, staleMaxMs } = this.#options;
    const { lastKnown } = this.#stores;
    const key = toAllTickersKey(query);
    const fresh = await upstream.fetchAllTickers(query, options).catch((error: unknown) => {
      // No query waits for a renewal, and would remember its failure.
      if (options?.isRenewal && error instanceof MarketDataError) this.#remember(query, error);
      throw error;
    });
    const known = lastKnown.get(key);
    const value = known ? withLastKnown(fresh.value, known.value, clock.now() - staleMaxMs) : fresh.value;
    lastKnown.set(key, { value, storedAt: value.receivedAt, ttlMs: staleMaxMs });
    return { ...fresh, value };
  }

  #remember(query: AllTickersQuery, error: MarketDataError): FailureEntry {
    const { clock, ttlMs } = this.#options;
    const failure = { error, storedAt: clock.now(), ttlMs };
    if (error.retryable) this.#stores.failures.set(toAllTickersKey(query), failure);
    return failure;
  }

  /** The last known tickers, marked stale. Throws the failure if it is final, or the tickers are too old. */
  #lastKnown(query: AllTickersQuery, { error, storedAt, ttlMs }: FailureEntry): Fresh<AllTickers> {
    const { clock, staleMaxMs } = this.#options;
    const known = this.#stores.lastKnown.get(toAllTickersKey(query));
    if (!known || !error.retryable || ageOf(known.storedAt, clock.now()) > staleMaxMs) throw error;
    return { value: toStale(known.value), freshUntil: Math.min(storedAt + ttlMs, known.storedAt + staleMaxMs + 1) };
  }
}

function createStores(): AllTickersStores {
  const limit = { maxSize: maxTickers, sizeOf: ({ value }: AnswerEntry<AllTickers>) => value.tickers.length + 1 };
  return {
    answers: new MemoryStore(limit),
    failures: new MemoryStore({ maxEntries: maxFailures }),
    lastKnown: new MemoryStore(limit),
  };
}
