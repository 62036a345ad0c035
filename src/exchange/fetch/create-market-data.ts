import type { Clock } from '../../base/clock.ts';
import type { MarketSource } from '../../market/ports/market-data.ts';
import { toMarketDataError } from '../access/errors.ts';
import type { Exchanges } from '../clients/exchanges.ts';
import { candleLimits, fetchCandleRange, fetchTimeframes } from './candles/candles.ts';
import { fetchOrderBook } from './order-book.ts';
import { fetchTickers } from './tickers/tickers.ts';
import { fetchTrades } from './trades.ts';

/** Markets are refreshed from time to time, and who has an answer of them learns of it no later, in ms. */
const marketsFreshMs = 60_000;

/** Market data over ccxt, without any cache: each fetch is a call to the exchange. */
export function createMarketData(exchanges: Exchanges, clock: Clock): MarketSource {
  const { catalogue } = exchanges;
  return {
    exchanges: () => catalogue.exchanges,
    exchange: (id) => catalogue.get(id),
    fetchMarkets: async (id, options) => {
      const exchange = await exchanges.get(id);
      const markets = await exchange.markets();
      options?.onFresh?.(clock.now() + marketsFreshMs, () => exchange.currentMarkets === markets);
      return markets;
    },
    fetchTimeframes: async (id, symbol, options) => {
      const exchange = await exchanges.get(id);
      const timeframes = await fetchTimeframes(exchange, symbol);
      const markets = exchange.currentMarkets;
      options?.onFresh?.(clock.now() + marketsFreshMs, () => exchange.currentMarkets === markets);
      return timeframes;
    },
    fetchTickers: async (exchange, symbols) => {
      try {
        return await fetchTickers(await exchanges.get(exchange), symbols, clock.now);
      } catch (error) {
        return new Map(symbols.map((symbol) => [symbol, toMarketDataError(error, { exchange, symbol })]));
      }
    },
    candleLimits: async (series) => candleLimits(await exchanges.get(series.exchange), series, clock.now()),
    fetchCandleRange: async (range) => fetchCandleRange(await exchanges.get(range.exchange), range, clock.now),
    fetchOrderBook: async (query) => fetchOrderBook(await exchanges.get(query.exchange), query, clock.now),
    fetchTrades: async (query) => fetchTrades(await exchanges.get(query.exchange), query, clock.now),
  };
}
