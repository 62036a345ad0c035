import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import { MarketDataError } from '../market/errors.ts';
import { type OrderBook, type OrderBookQuery, toDepth } from '../market/model/order-book.ts';
import type { MarketData, OnFresh } from '../market/ports/market-data.ts';
import { createTtlCache } from './ttl-cache.ts';

export interface OrderBookCacheOptions {
  readonly upstream: Pick<MarketData, 'fetchOrderBook'>;
  readonly clock: Clock;
  /** How long an answer serves the same query again, and a failure is not tried again, in ms. */
  readonly ttlMs: number;
  /** How old a last known book may be and still answer, marked stale, while its exchange fails, in ms. */
  readonly staleMaxMs: number;
  /** Called once for each query that takes what is known: true where no call was waited for. */
  readonly onLookup?: (isHit: boolean) => void;
}

/** Some 60 bytes each. */
const maxLevels = 300_000;
const maxFailures = 10_000;

/**
 * Order books in this process: the same query within `ttlMs`, or while the first is under way, costs one call, and while
 * an exchange fails its last known book answers, marked stale.
 */
export function createOrderBookCache(options: OrderBookCacheOptions): Pick<MarketData, 'fetchOrderBook'> {
  const { upstream, clock, ttlMs, staleMaxMs, onLookup } = options;
  const sizeOf = ({ bids, asks }: OrderBook): number => bids.length + asks.length;
  const lastKnown = new LRUCache<string, OrderBook>({
    maxSize: maxLevels,
    sizeCalculation: (book) => sizeOf(book) + 1,
  });
  const ttl = { ttl: Math.max(1, ttlMs), ttlResolution: 0, perf: clock };
  const failures = new LRUCache<string, MarketDataError>({ max: maxFailures, ...ttl });
  const answers = createTtlCache<OrderBookQuery, OrderBook>({
    fetch: async (query, given) => {
      const book = await upstream.fetchOrderBook(query, given);
      lastKnown.set(toMarketKey(query), book);
      return book;
    },
    toKey,
    sizeOf,
    maxSize: maxLevels,
    clock,
    ttlMs,
    ...(onLookup ? { onLookup } : {}),
  });

  function stale(query: OrderBookQuery, error: MarketDataError, onFresh?: OnFresh): OrderBook {
    const known = lastKnown.get(toMarketKey(query));
    const age = known ? clock.now() - known.receivedAt : Number.POSITIVE_INFINITY;
    if (!known || !error.retryable || age < 0 || age > staleMaxMs) throw error;
    const untriedMs = Math.min(failures.getRemainingTTL(toKey(query)), ttlMs);
    onFresh?.(Math.min(clock.now() + untriedMs, known.receivedAt + staleMaxMs + 1));
    return Object.freeze({ ...toDepth(known, query.limit), stale: true });
  }

  return {
    fetchOrderBook: async (query, given) => {
      if (given?.maxAgeMs === 0) return answers(query, given);
      const failed = failures.get(toKey(query));
      if (failed) {
        onLookup?.(true);
        return stale(query, failed, given?.onFresh);
      }
      try {
        return await answers(query, given);
      } catch (error) {
        if (!(error instanceof MarketDataError)) throw error;
        if (error.retryable) failures.set(toKey(query), error);
        return stale(query, error, given?.onFresh);
      }
    },
  };
}

function toMarketKey({ exchange, symbol }: OrderBookQuery): string {
  return `${exchange}\n${symbol}`;
}

function toKey(query: OrderBookQuery): string {
  return `${toMarketKey(query)}\n${query.limit}`;
}
