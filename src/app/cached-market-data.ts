import type { Clock } from '../base/clock.ts';
import { AllTickersCache } from '../cache/all-tickers.ts';
import { MarkPriceCache } from '../cache/mark-prices.ts';
import { OrderBookCache } from '../cache/order-books.ts';
import { TickerCache } from '../cache/tickers.ts';
import { TradeCache } from '../cache/trades.ts';
import { CandleStore } from '../candles/pages/store.ts';
import { createSharedPages } from '../candles/shared/shared-pages.ts';
import { createAnyTimeframe } from '../candles/timeframes/any-timeframe.ts';
import { MarketDataError } from '../market/errors.ts';
import type { CandleSource, MarketData, MarketSource } from '../market/ports/market-data.ts';
import type { SharedBytes } from '../market/ports/shared-bytes.ts';
import { createCachedDerivatives, type DerivativeCacheName } from './cached-derivatives.ts';

export interface CachedMarketDataOptions {
  readonly upstream: MarketSource;
  /** Where all instances keep candles that no longer change; left out if there can be no others. */
  readonly sharedBytes?: SharedBytes;
  readonly clock: Clock;
  /** How long fetched data answers queries, in ms. */
  readonly tickerTtlMs: number;
  readonly staleMaxMs: number;
  /** Deadline of one call of the upstream, in ms. */
  readonly upstreamTimeoutMs: number;
  /** Called once for each lookup of a query, with true if the lookup did not wait for a call. */
  readonly onLookup?: (cache: CacheName, isHit: boolean) => void;
  /** Called for each value that a call renews while the old one answers. */
  readonly onRenewal?: (cache: CacheName) => void;
  /** Called for each page of candles that is looked up among those that all instances keep. */
  readonly onSharedPage?: (isHit: boolean) => void;
}

/** The whole port. Candles can be had as text. */
export interface CachedMarketData extends MarketData {
  /** The size of all kept texts of candles, in bytes. */
  readonly candleTextBytes: number;
  /** Candles of any range, as another instance fetches them. */
  readonly candles: CandleSource;
}

export type CacheName =
  | 'tickers'
  | 'mark_prices'
  | 'candles'
  | 'order_books'
  | 'trades'
  | 'screens'
  | DerivativeCacheName;

/**
 * How many call deadlines one query for candles can take: up to three until its first call begins, and three for
 * consecutive calls.
 */
const candleDeadlines = 6;

/** The tickers of a whole exchange are fresh for this many times as long as one ticker: their call is far heavier. */
const screenTtls = 5;

/** The whole market data port with caches. Each cache describes what it keeps. */
export function createCachedMarketData({
  upstream,
  sharedBytes,
  clock,
  tickerTtlMs,
  staleMaxMs,
  upstreamTimeoutMs,
  onLookup = () => {},
  onRenewal = () => {},
  onSharedPage = () => {},
}: CachedMarketDataOptions): CachedMarketData {
  const ttl = { clock, ttlMs: tickerTtlMs };
  const recordIn = (cache: CacheName) => ({
    onLookup: (isHit: boolean) => onLookup(cache, isHit),
    onRenewal: () => onRenewal(cache),
  });
  const fetchesTogether = (exchange: string): boolean => upstream.exchange(exchange).has.includes('TICKERS');
  const tickers = new TickerCache({ upstream, ...ttl, staleMaxMs, fetchesTogether, ...recordIn('tickers') });
  const markPrices = new MarkPriceCache({ upstream, ...ttl, ...recordIn('mark_prices') });
  const timeoutMs = candleDeadlines * upstreamTimeoutMs;
  const source = sharedBytes
    ? createSharedPages({ source: upstream, shared: sharedBytes, ...ttl, onLookup: onSharedPage })
    : upstream;
  const stored = new CandleStore({ source, ...ttl, timeoutMs, ...recordIn('candles') });
  const candles = createAnyTimeframe({ source: upstream, stored, clock });
  const orderBooks = new OrderBookCache({ upstream, ...ttl, staleMaxMs, ...recordIn('order_books') });
  const trades = new TradeCache({ upstream, ...ttl, ...recordIn('trades') });
  const screenTtl = { clock, ttlMs: screenTtls * tickerTtlMs };
  const allTickers = new AllTickersCache({ upstream, ...screenTtl, staleMaxMs, ...recordIn('screens') });
  return {
    get candleTextBytes() {
      return stored.textBytes;
    },
    candles: stored,
    exchanges: () => upstream.exchanges(),
    exchange: (id) => upstream.exchange(id),
    fetchMarkets: (exchange) => upstream.fetchMarkets(exchange),
    fetchTimeframes: (exchange, symbol) => upstream.fetchTimeframes(exchange, symbol),
    fetchTickers: async (exchange, symbols, options) => {
      try {
        upstream.exchange(exchange);
      } catch (error) {
        if (error instanceof MarketDataError) return new Map(symbols.map((symbol) => [symbol, error]));
        throw error;
      }
      return tickers.fetchTickers(exchange, symbols, options);
    },
    fetchAllTickers: (query, options) => allTickers.fetchAllTickers(query, options),
    fetchMarkPrices: (exchange, symbols, options) => markPrices.fetchMarkPrices(exchange, symbols, options),
    fetchCandles: (query, options) => candles.fetchCandles(query, options),
    fetchCandleText: (query, format, options) => candles.fetchCandleText(query, format, options),
    fetchOrderBook: (query, options) => orderBooks.fetchOrderBook(query, options),
    fetchTrades: (query, options) => trades.fetchTrades(query, options),
    derivatives: createCachedDerivatives({ upstream, clock, tickerTtlMs, staleMaxMs, recordIn }),
  };
}
