import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import { type Fresh, ofUnknownFreshness } from '../../market/model/fresh.ts';
import type { Markets } from '../../market/model/market.ts';
import type { FetchOptions, MarketSource } from '../../market/ports/market-data.ts';
import { toMarketDataError } from '../access/errors.ts';
import type { ExchangeClient } from '../clients/exchange-client.ts';
import type { Exchanges } from '../clients/exchanges.ts';
import { fetchAllTickers } from './all-tickers/all-tickers.ts';
import { candleLimits, fetchCandleRange, fetchTimeframes } from './candles/candles.ts';
import { createDerivativeData } from './derivatives/create-derivative-data.ts';
import { fetchMarkPrices } from './derivatives/mark-prices.ts';
import { fetchOrderBook } from './order-book.ts';
import { fetchTickers } from './tickers/tickers.ts';
import { fetchTrades } from './trades.ts';

/** How long an answer made from the list of markets is fresh, in ms: the list is reloaded from time to time. */
const marketsFreshMs = 60_000;

/**
 * Market data over ccxt, without any cache: each fetch is a call to the exchange, and its answer declares no freshness.
 */
export function createMarketData(exchanges: Exchanges, clock: Clock): MarketSource {
  const { catalogue } = exchanges;

  /** A value made from an exchange's list of markets stops being current when the list is reloaded. */
  function madeFrom<V>(markets: Markets | null, exchange: ExchangeClient, value: V): Fresh<V> {
    const freshUntil = clock.now() + marketsFreshMs;
    return { value, freshUntil, isCurrent: () => exchange.currentMarkets === markets };
  }

  async function clientFor(id: string, options: FetchOptions | undefined): Promise<ExchangeClient> {
    const client = await exchanges.get(id);
    return options?.isRenewal ? client.renewing : client;
  }

  return {
    exchanges: () => catalogue.exchanges,
    exchange: (id) => catalogue.get(id),
    fetchMarkets: async (id) => {
      const exchange = await exchanges.get(id);
      const markets = await exchange.markets();
      return madeFrom(markets, exchange, markets);
    },
    fetchTimeframes: async (id, symbol) => {
      const exchange = await exchanges.get(id);
      const timeframes = await fetchTimeframes(exchange, symbol);
      return madeFrom(exchange.currentMarkets, exchange, timeframes);
    },
    fetchTickers: async (exchange, symbols, options) => {
      try {
        const outcomes = await fetchTickers(await clientFor(exchange, options), symbols, clock.now);
        return new Map([...outcomes].map(([symbol, outcome]) => [symbol, toResult(outcome)]));
      } catch (error) {
        return new Map(symbols.map((symbol) => [symbol, toMarketDataError(error, { exchange, symbol })]));
      }
    },
    fetchAllTickers: async ({ exchange, type }, options) =>
      ofUnknownFreshness(
        await fetchAllTickers(await clientFor(exchange, options), type, clock.now, catalogue.exchanges),
      ),
    fetchMarkPrices: async (exchange, symbols, options) => {
      try {
        const outcomes = await fetchMarkPrices(await clientFor(exchange, options), symbols, catalogue.exchanges);
        return new Map([...outcomes].map(([symbol, outcome]) => [symbol, toResult(outcome)]));
      } catch (error) {
        return new Map(symbols.map((symbol) => [symbol, toMarketDataError(error, { exchange, symbol })]));
      }
    },
    candleLimits: async (series) => candleLimits(await exchanges.get(series.exchange), series, clock.now()),
    fetchCandleRange: async (range, options) =>
      fetchCandleRange(await clientFor(range.exchange, options), range, clock.now),
    fetchOrderBook: async (query, options) =>
      ofUnknownFreshness(await fetchOrderBook(await clientFor(query.exchange, options), query, clock.now)),
    fetchTrades: async (query, options) =>
      ofUnknownFreshness(await fetchTrades(await clientFor(query.exchange, options), query, clock.now)),
    derivatives: createDerivativeData({ clientFor, catalogue, clock }),
  };
}

function toResult<V>(outcome: V | MarketDataError): Fresh<V> | MarketDataError {
  return outcome instanceof MarketDataError ? outcome : ofUnknownFreshness(outcome);
}
