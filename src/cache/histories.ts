import { type MarketRef, toKindKey } from '../market/market-ref.ts';
import type { CacheStore } from './cache-store.ts';
import { MemoryStore } from './memory-store.ts';
import { type AnswerEntry, TtlCache, type TtlCacheOptions } from './ttl-cache.ts';

/** A query for a part of a market's history. */
interface HistoryQuery extends MarketRef {
  readonly timeframe?: string;
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
}

export interface HistoryCacheOptions<Q, R>
  extends Omit<TtlCacheOptions<Q, readonly R[]>, 'toKey' | 'toScope' | 'store'> {
  readonly store?: CacheStore<AnswerEntry<readonly R[]>>;
}

/** Each row takes about 100 bytes. */
const maxRows = 100_000;

/** Remembers parts of histories, such as past funding. Equal queries share an answer. */
export function createHistoryCache<Q extends HistoryQuery, R>({
  store = new MemoryStore({ maxSize: maxRows, sizeOf: ({ value }) => value.length + 1 }),
  ...others
}: HistoryCacheOptions<Q, R>): TtlCache<Q, readonly R[]> {
  return new TtlCache({
    toKey: ({ exchange, symbol, timeframe, since, until, limit }) =>
      JSON.stringify([exchange, symbol, timeframe, since, until, limit]),
    toScope: (query) => toKindKey(query),
    store,
    ...others,
  });
}
