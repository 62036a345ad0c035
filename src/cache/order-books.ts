import { ageOf } from '../base/age.ts';
import type { Clock } from '../base/clock.ts';
import { MarketDataError } from '../market/errors.ts';
import { toKindKey, toMarketKey } from '../market/market-ref.ts';
import type { Fresh } from '../market/model/fresh.ts';
import { type OrderBook, type OrderBookQuery, toDepth } from '../market/model/order-book.ts';
import { toStale } from '../market/model/staleness.ts';
import type { FetchOptions, MarketData } from '../market/ports/market-data.ts';
import type { CacheEntry, CacheStore } from './cache-store.ts';
import { MemoryStore } from './memory-store.ts';
import { type AnswerEntry, TtlCache, type TtlCacheListeners } from './ttl-cache.ts';

/** A query that failed a moment ago. */
export interface FailureEntry extends CacheEntry {
  readonly error: MarketDataError;
}

export interface OrderBookStores {
  /** By market and number of levels. */
  readonly answers: CacheStore<AnswerEntry<OrderBook>>;
  /** By market and number of levels. */
  readonly failures: CacheStore<FailureEntry>;
  /** The last book of each market, whatever its number of levels. */
  readonly lastKnown: CacheStore<AnswerEntry<OrderBook>>;
}

export interface OrderBookCacheOptions extends TtlCacheListeners {
  readonly upstream: Pick<MarketData, 'fetchOrderBook'>;
  readonly clock: Clock;
  /** How long an answer serves the same query again, and how long a failed query is not tried again, in ms. */
  readonly ttlMs: number;
  /** The maximum age of a last known book that still answers, marked stale, while its exchange fails, in ms. */
  readonly staleMaxMs: number;
  readonly stores?: OrderBookStores;
}

/** Each level takes about 60 bytes. */
const maxLevels = 300_000;
const maxFailures = 10_000;

/**
 * Remembers order books. Equal queries within `ttlMs`, or while a call for the first is in progress, cost one call.
 * A query that comes again and again never waits for it: see HotKeys. While an exchange fails, its last known book
 * answers, marked stale.
 */
export class OrderBookCache implements Pick<MarketData, 'fetchOrderBook'> {
  readonly #options: OrderBookCacheOptions;
  readonly #stores: OrderBookStores;
  readonly #answers: TtlCache<OrderBookQuery, OrderBook>;

  constructor(options: OrderBookCacheOptions) {
    const { upstream, clock, ttlMs, staleMaxMs, stores = createOrderBookStores(), onLookup, onRenewal } = options;
    this.#options = options;
    this.#stores = stores;
    this.#answers = new TtlCache({
      fetch: async (query, given) => {
        const fresh = await upstream.fetchOrderBook(query, given).catch((error: unknown) => {
          // No query waits for a renewal, and would remember its failure.
          if (given?.isRenewal && error instanceof MarketDataError) this.#remember(query, error);
          throw error;
        });
        const { value } = fresh;
        stores.lastKnown.set(toMarketKey(query), { value, storedAt: value.receivedAt, ttlMs: staleMaxMs });
        return fresh;
      },
      toKey,
      toScope: toKindKey,
      store: stores.answers,
      clock,
      ttlMs,
      ...(onLookup ? { onLookup } : {}),
      ...(onRenewal ? { onRenewal } : {}),
    });
  }

  async fetchOrderBook(query: OrderBookQuery, options?: FetchOptions): Promise<Fresh<OrderBook>> {
    const { clock, onLookup } = this.#options;
    if (options?.maxAgeMs === 0) return this.#answers.fetch(query, options);
    const failed = this.#stores.failures.get(toKey(query));
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

  #remember(query: OrderBookQuery, error: MarketDataError): FailureEntry {
    const { clock, ttlMs } = this.#options;
    const failure = { error, storedAt: clock.now(), ttlMs };
    if (error.retryable) this.#stores.failures.set(toKey(query), failure);
    return failure;
  }

  /** The last known book, marked stale. Throws the failure if it is final, or the book is too old. */
  #lastKnown({ exchange, symbol, limit }: OrderBookQuery, { error, storedAt, ttlMs }: FailureEntry): Fresh<OrderBook> {
    const { clock, staleMaxMs } = this.#options;
    const known = this.#stores.lastKnown.get(toMarketKey({ exchange, symbol }));
    if (!known || !error.retryable || ageOf(known.storedAt, clock.now()) > staleMaxMs) throw error;
    const freshUntil = Math.min(storedAt + ttlMs, known.storedAt + staleMaxMs + 1);
    return { value: toStale(toDepth(known.value, limit)), freshUntil };
  }
}

function createOrderBookStores(): OrderBookStores {
  const limit = {
    maxSize: maxLevels,
    sizeOf: ({ value }: AnswerEntry<OrderBook>) => value.bids.length + value.asks.length + 1,
  };
  return {
    answers: new MemoryStore(limit),
    failures: new MemoryStore({ maxEntries: maxFailures }),
    lastKnown: new MemoryStore(limit),
  };
}

function toKey(query: OrderBookQuery): string {
  return `${toMarketKey(query)}\n${query.limit}`;
}
