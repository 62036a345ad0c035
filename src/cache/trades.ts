import type { Clock } from '../base/clock.ts';
import type { Trade, TradeQuery } from '../market/model/trade.ts';
import type { MarketData } from '../market/ports/market-data.ts';
import { createTtlCache } from './ttl-cache.ts';

export interface TradeCacheOptions {
  readonly upstream: Pick<MarketData, 'fetchTrades'>;
  readonly clock: Clock;
  /** How long an answer serves the same query again, in ms. */
  readonly ttlMs: number;
  /** Called once for each query that takes what is known: true where no call was waited for. */
  readonly onLookup?: (isHit: boolean) => void;
}

/** Some 200 bytes each. */
const maxTrades = 100_000;

/** Answers of trades in this process: the same query within `ttlMs`, or while the first is under way, costs one call. */
export function createTradeCache(options: TradeCacheOptions): Pick<MarketData, 'fetchTrades'> {
  const { upstream, ...others } = options;
  const answers = createTtlCache<TradeQuery, readonly Trade[]>({
    fetch: (query, options) => upstream.fetchTrades(query, options),
    toKey: ({ exchange, symbol, since, limit }) => JSON.stringify([exchange, symbol, since, limit]),
    sizeOf: (trades) => trades.length,
    maxSize: maxTrades,
    ...others,
  });
  return { fetchTrades: answers };
}
