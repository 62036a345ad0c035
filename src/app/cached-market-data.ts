import type { Clock } from '../base/clock.ts';
import { createOrderBookCache } from '../cache/order-books.ts';
import { createTickerCache } from '../cache/tickers.ts';
import { createTradeCache } from '../cache/trades.ts';
import { createCandleStore } from '../candles/pages/store.ts';
import { createAnyTimeframe } from '../candles/timeframes/any-timeframe.ts';
import { MarketDataError } from '../market/errors.ts';
import type { MarketData, MarketSource } from '../market/ports/market-data.ts';

export interface CachedMarketDataOptions {
  readonly upstream: MarketSource;
  readonly clock: Clock;
  /** How long what was fetched answers, in ms. */
  readonly tickerTtlMs: number;
  readonly staleMaxMs: number;
  /** Deadline of one call of the upstream, in ms. */
  readonly upstreamTimeoutMs: number;
  /** Called once for each lookup of a query: true where it waited for no call. */
  readonly onLookup?: (cache: CacheName, isHit: boolean) => void;
}

export type CacheName = 'tickers' | 'candles' | 'order_books' | 'trades';

/**
 * How many deadlines of a call one query for candles may take: three until the turn of the first call, which may have to
 * wait that long, and three for calls one after the other.
 */
const deadlines = 6;

/** The whole port, with memory: see the cache of each kind for what it keeps. */
export function createCachedMarketData({
  upstream,
  clock,
  tickerTtlMs,
  staleMaxMs,
  upstreamTimeoutMs,
  onLookup = () => {},
}: CachedMarketDataOptions): MarketData {
  const ttl = { clock, ttlMs: tickerTtlMs };
  const recordIn = (cache: CacheName) => ({ onLookup: (isHit: boolean) => onLookup(cache, isHit) });
  const tickers = createTickerCache({ upstream, ...ttl, staleMaxMs, ...recordIn('tickers') });
  const fetchStored = createCandleStore({
    source: upstream,
    ...ttl,
    timeoutMs: deadlines * upstreamTimeoutMs,
    ...recordIn('candles'),
  });
  const fetchCandles = createAnyTimeframe({
    fetchTimeframes: upstream.fetchTimeframes,
    fetchCandles: fetchStored,
    clock,
  });
  const orderBooks = createOrderBookCache({ upstream, ...ttl, staleMaxMs, ...recordIn('order_books') });
  const trades = createTradeCache({ upstream, ...ttl, ...recordIn('trades') });
  return {
    exchanges: upstream.exchanges,
    exchange: upstream.exchange,
    fetchMarkets: upstream.fetchMarkets,
    fetchTimeframes: upstream.fetchTimeframes,
    fetchTickers: async (exchange, symbols, options) => {
      try {
        upstream.exchange(exchange);
      } catch (error) {
        if (error instanceof MarketDataError) return new Map(symbols.map((symbol) => [symbol, error]));
        throw error;
      }
      return tickers.fetchTickers(exchange, symbols, options);
    },
    fetchCandles,
    fetchOrderBook: orderBooks.fetchOrderBook,
    fetchTrades: trades.fetchTrades,
  };
}
