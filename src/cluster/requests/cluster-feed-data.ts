import { toMarketDataError } from '../../market/errors.ts';
import type { FetchOptions, MarketData } from '../../market/ports/market-data.ts';
import type { Results } from '../wire/results.ts';
import type { ExchangeQuery } from './methods/exchange-query.ts';
import type { Method } from './methods/method.ts';
import { feedMethods } from './methods/methods.ts';
import type { RequestOptions } from './protocol/request-options.ts';
import type { RequestClient } from './request-client.ts';

export interface ClusterFeedDataOptions extends Pick<RequestOptions, 'owners'> {
  /** What this instance answers from its caches and fetches itself. */
  readonly local: MarketData;
  readonly client: RequestClient;
  /** How long a call waits for another instance, in ms. */
  readonly timeoutMs: number;
}

/**
 * The port for live feeds. A feed that wants the newest value (`maxAgeMs` 0) of another instance's exchange gets it from
 * the owner, past all caches of this instance. While there is no owner that can be reached, the call fails at once: the
 * feed then marks its values as stale and tries again by its own rules. All other calls go to `local`.
 */
export function createClusterFeedData({ local, client, owners, timeoutMs }: ClusterFeedDataOptions): MarketData {
  async function ask<Q extends ExchangeQuery, R>(
    method: Method<Q, R>,
    query: Q,
    options: FetchOptions | undefined,
    ofLocal: () => Promise<R>,
  ): Promise<R> {
    const { kind } = owners.ownerOf(query.exchange);
    if (options?.maxAgeMs !== 0 || kind === 'self' || kind === 'alone') return ofLocal();
    local.exchange(query.exchange);
    const answered = await client.request(method, query, options, { timeoutMs, waitsForOwner: false });
    return answered.kind === 'self' ? ofLocal() : answered.answer;
  }

  async function bySymbol<V>(
    method: Method<{ readonly exchange: string; readonly symbols: readonly string[] }, Results<V>>,
    exchange: string,
    symbols: readonly string[],
    options: FetchOptions | undefined,
    ofLocal: () => Promise<Results<V>>,
  ): Promise<Results<V>> {
    try {
      return await ask(method, { exchange, symbols }, options, ofLocal);
    } catch (error) {
      const failure = toMarketDataError(error);
      return new Map(symbols.map((symbol) => [symbol, failure.withSymbol(symbol)]));
    }
  }

  const { derivatives } = local;
  return {
    exchanges: () => local.exchanges(),
    exchange: (id) => local.exchange(id),
    fetchMarkets: (exchange) => local.fetchMarkets(exchange),
    fetchTimeframes: (exchange, symbol) => local.fetchTimeframes(exchange, symbol),
    fetchTickers: (exchange, symbols, given) =>
      bySymbol(feedMethods.tickers, exchange, symbols, given, () => local.fetchTickers(exchange, symbols, given)),
    fetchMarkPrices: (exchange, symbols, given) =>
      bySymbol(feedMethods.markPrices, exchange, symbols, given, () => local.fetchMarkPrices(exchange, symbols, given)),
    fetchAllTickers: (query, given) =>
      ask(feedMethods.allTickers, query, given, () => local.fetchAllTickers(query, given)),
    fetchCandles: (query, given) => ask(feedMethods.candles, query, given, () => local.fetchCandles(query, given)),
    fetchCandleText: async (query, format, given) => (await local.fetchCandleText?.(query, format, given)) ?? null,
    fetchOrderBook: (query, given) =>
      ask(feedMethods.orderBook, query, given, () => local.fetchOrderBook(query, given)),
    fetchTrades: (query, given) => ask(feedMethods.trades, query, given, () => local.fetchTrades(query, given)),
    derivatives: {
      fetchFundingRates: (exchange, symbols, given) =>
        bySymbol(feedMethods.fundingRates, exchange, symbols, given, () =>
          derivatives.fetchFundingRates(exchange, symbols, given),
        ),
      fetchFundingRateHistory: (query, given) =>
        ask(feedMethods.fundingHistory, query, given, () => derivatives.fetchFundingRateHistory(query, given)),
      fetchOpenInterest: (market, given) =>
        ask(feedMethods.openInterest, market, given, () => derivatives.fetchOpenInterest(market, given)),
      fetchOpenInterestHistory: (query, given) =>
        ask(feedMethods.openInterestHistory, query, given, () => derivatives.fetchOpenInterestHistory(query, given)),
    },
  };
}
