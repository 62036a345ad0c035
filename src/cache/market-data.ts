import type { Clock } from '../market/clock.ts';
import { MarketDataError } from '../market/error.ts';
import type { MarketData } from '../market/market-data.ts';
import { createCandleCache } from './candles.ts';
import { createOrderBookCache } from './order-books.ts';
import { createTickerCache } from './tickers.ts';
import { createTradeCache } from './trades.ts';

export interface CachedMarketDataOptions {
  readonly upstream: MarketData;
  readonly clock: Clock;
  /** How long what was fetched answers, in ms. */
  readonly tickerTtlMs: number;
  readonly staleMaxMs: number;
}

/** The same port with memory: see the ticker and the candle cache for what each keeps. */
export function createCachedMarketData({
  upstream,
  clock,
  tickerTtlMs,
  staleMaxMs,
}: CachedMarketDataOptions): MarketData {
  const tickers = createTickerCache({ upstream, clock, ttlMs: tickerTtlMs, staleMaxMs });
  const candles = createCandleCache({ upstream, clock, ttlMs: tickerTtlMs });
  const orderBooks = createOrderBookCache({ upstream, clock, ttlMs: tickerTtlMs, staleMaxMs });
  const trades = createTradeCache({ upstream, clock, ttlMs: tickerTtlMs });
  return {
    exchanges: upstream.exchanges,
    exchange: upstream.exchange,
    fetchMarkets: upstream.fetchMarkets,
    fetchTickers: async (exchange, symbols, options) => {
      try {
        upstream.exchange(exchange);
      } catch (error) {
        if (error instanceof MarketDataError) return new Map(symbols.map((symbol) => [symbol, error]));
        throw error;
      }
      return tickers.fetchTickers(exchange, symbols, options);
    },
    fetchCandles: candles.fetchCandles,
    fetchOrderBook: orderBooks.fetchOrderBook,
    fetchTrades: trades.fetchTrades,
  };
}
