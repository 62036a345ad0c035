import type { Clock } from '../base/clock.ts';
import { toKindKey } from '../market/market-ref.ts';
import type { Fresh } from '../market/model/fresh.ts';
import type { Trade, TradeQuery } from '../market/model/trade.ts';
import type { FetchOptions, MarketData } from '../market/ports/market-data.ts';
import type { CacheStore } from './cache-store.ts';
import { MemoryStore } from './memory-store.ts';
import { type AnswerEntry, TtlCache, type TtlCacheListeners } from './ttl-cache.ts';

export type TradeStore = CacheStore<AnswerEntry<readonly Trade[]>>;

export interface TradeCacheOptions extends TtlCacheListeners {
  readonly upstream: Pick<MarketData, 'fetchTrades'>;
  readonly clock: Clock;
  /** How long an answer serves the same query again, in ms. */
  readonly ttlMs: number;
  readonly store?: TradeStore;
}

/** Each trade takes about 200 bytes. */
const maxTrades = 100_000;

/**
 * Remembers answers of trades. Equal queries within `ttlMs`, or while a call for the first is in progress, cost one
 * call. A query that comes again and again never waits for it: see HotKeys.
 */
export class TradeCache implements Pick<MarketData, 'fetchTrades'> {
  readonly #answers: TtlCache<TradeQuery, readonly Trade[]>;

  constructor({ upstream, store = createTradeStore(), ...others }: TradeCacheOptions) {
    this.#answers = new TtlCache({
      fetch: (query, options) => upstream.fetchTrades(query, options),
      toKey: ({ exchange, symbol, since, limit }) => JSON.stringify([exchange, symbol, since, limit]),
      toScope: (query) => toKindKey(query),
      store,
      ...others,
    });
  }

  fetchTrades(query: TradeQuery, options?: FetchOptions): Promise<Fresh<readonly Trade[]>> {
    return this.#answers.fetch(query, options);
  }
}

function createTradeStore(): TradeStore {
  return new MemoryStore({ maxSize: maxTrades, sizeOf: ({ value }) => value.length + 1 });
}
