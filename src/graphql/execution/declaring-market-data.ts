import type { Candle, CandleQuery } from '../../market/model/candle.ts';
import type { ExchangeInfo } from '../../market/model/exchange.ts';
import type { Markets } from '../../market/model/market.ts';
import type { OrderBook, OrderBookQuery } from '../../market/model/order-book.ts';
import type { Trade, TradeQuery } from '../../market/model/trade.ts';
import type { FetchOptions, MarketData, TickerResults } from '../../market/ports/market-data.ts';
import type { Freshness } from './freshness.ts';

/** The port for the resolvers of one operation, with all of whose calls its freshness is declared. */
export class DeclaringMarketData implements MarketData {
  readonly #upstream: MarketData;
  readonly #freshness: Freshness;

  constructor(upstream: MarketData, freshness: Freshness) {
    this.#upstream = upstream;
    this.#freshness = freshness;
  }

  exchanges(): readonly ExchangeInfo[] {
    this.#freshness.markStatic();
    return this.#upstream.exchanges();
  }

  exchange(id: string): ExchangeInfo {
    this.#freshness.markStatic();
    return this.#upstream.exchange(id);
  }

  fetchMarkets(exchange: string): Promise<Markets> {
    return this.#upstream.fetchMarkets(exchange, this.#declaring());
  }

  fetchTimeframes(exchange: string, symbol: string): Promise<readonly string[]> {
    return this.#upstream.fetchTimeframes(exchange, symbol, this.#declaring());
  }

  fetchTickers(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<TickerResults> {
    return this.#upstream.fetchTickers(exchange, symbols, this.#declaring(options));
  }

  fetchCandles(query: CandleQuery, options?: FetchOptions): Promise<readonly Candle[]> {
    return this.#upstream.fetchCandles(query, this.#declaring(options));
  }

  fetchOrderBook(query: OrderBookQuery, options?: FetchOptions): Promise<OrderBook> {
    return this.#upstream.fetchOrderBook(query, this.#declaring(options));
  }

  fetchTrades(query: TradeQuery, options?: FetchOptions): Promise<readonly Trade[]> {
    return this.#upstream.fetchTrades(query, this.#declaring(options));
  }

  #declaring(options?: FetchOptions): FetchOptions {
    return { ...options, onFresh: this.#freshness.owe() };
  }
}
