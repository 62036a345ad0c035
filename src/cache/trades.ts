import type { Clock } from '../base/clock.ts';
import type { Fresh } from '../market/model/fresh.ts';
import type { Trade, TradeQuery } from '../market/model/trade.ts';
import type { FetchOptions, MarketData } from '../market/ports/market-data.ts';
import type { CacheStore } from './cache-store.ts';
import { MemoryStore } from './memory-store.ts';
import { type AnswerEntry, TtlCache } from './ttl-cache.ts';

export type TradeStore = CacheStore<AnswerEntry<readonly Trade[]>>;

export interface TradeCacheOptions {
  readonly upstream: Pick<MarketData, 'fetchTrades'>;
  readonly clock: Clock;
  /** How long an answer serves the same query again, in ms. */
  readonly ttlMs: number;
  readonly store?: TradeStore;
  /** Called once for each query that could be answered from memory: true if it waited for no call. */
  readonly onLookup?: (isHit: boolean) => void;
}

/** Each trade takes about 200 bytes. */
const maxTrades = 100_000;

/**
 * Remembers answers of trades. Equal queries within `ttlMs`, or while a call for the first is in progress, cost one
 * call.
 */
export class TradeCache implements Pick<MarketData, 'fetchTrades'> {
  readonly #answers: TtlCache<TradeQuery, readonly Trade[]>;

  constructor({ upstream, store = createTradeStore(), ...others }: TradeCacheOptions) {
    this.#answers = new TtlCache({
      fetch: (query, options) => upstream.fetchTrades(query, options),
      toKey: ({ exchange, symbol, since, limit }) => JSON.stringify([exchange, symbol, since, limit]),
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
