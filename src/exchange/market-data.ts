import type { Clock } from '../market/clock.ts';
import type { MarketSource } from '../market/market-data.ts';
import { candleLimits, fetchCandleRange } from './candles.ts';
import { toMarketDataError } from './errors.ts';
import type { Exchanges } from './exchanges.ts';
import { fetchOrderBook } from './order-book.ts';
import { fetchTickers } from './tickers.ts';
import { fetchTrades } from './trades.ts';

/** Market data over ccxt, without any cache: each fetch is a call to the exchange. */
export function createMarketData(exchanges: Exchanges, clock: Clock): MarketSource {
  const { catalogue } = exchanges;
  return {
    exchanges: () => catalogue.exchanges,
    exchange: (id) => catalogue.get(id),
    fetchMarkets: async (exchange) => (await exchanges.get(exchange)).markets(),
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
