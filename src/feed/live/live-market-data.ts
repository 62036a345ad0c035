import type { AllTickers, AllTickersQuery } from '../../market/model/all-tickers.ts';
import type { Candle, CandleQuery } from '../../market/model/candle.ts';
import type { CandleFormat, CandleText } from '../../market/model/candle-text.ts';
import type { ExchangeInfo } from '../../market/model/exchange.ts';
import type { Fresh } from '../../market/model/fresh.ts';
import type { Markets } from '../../market/model/market.ts';
import type { OrderBook, OrderBookQuery } from '../../market/model/order-book.ts';
import type { Trade, TradeQuery } from '../../market/model/trade.ts';
import type {
  DerivativeData,
  FetchOptions,
  MarketData,
  MarkPriceResults,
  TickerResults,
} from '../../market/ports/market-data.ts';
import { LastServed } from './last-served.ts';
import { LiveAllTickers } from './live-all-tickers.ts';
import { LiveDerivatives } from './live-derivatives.ts';
import type { LiveMarketDataOptions } from './live-options.ts';
import { LiveOrderBooks } from './live-order-books.ts';
import { LiveTickers } from './live-tickers.ts';

/**
 * The market data port for queries. The feed answers for live markets, without a call. If both the feed and the call
 * fail, the feed's last known value answers, marked stale, unless it is too old.
 *
 * A live value is fresh until the feed has another one. A fetched value is fresh for as long as its cache says, or
 * until the feed has a value of the same market.
 */
export class LiveMarketData implements MarketData {
  readonly derivatives: DerivativeData;
  readonly #upstream: MarketData;
  readonly #tickers: LiveTickers;
  readonly #orderBooks: LiveOrderBooks;
  readonly #allTickers: LiveAllTickers;

  constructor(options: LiveMarketDataOptions) {
    const lastServed = new LastServed(options.clock);
    this.#upstream = options.upstream;
    this.derivatives = new LiveDerivatives(options, lastServed);
    this.#tickers = new LiveTickers(options, lastServed);
    this.#orderBooks = new LiveOrderBooks(options, lastServed);
    this.#allTickers = new LiveAllTickers(options, lastServed);
  }

  exchanges(): readonly ExchangeInfo[] {
    return this.#upstream.exchanges();
  }

  exchange(id: string): ExchangeInfo {
    return this.#upstream.exchange(id);
  }

  fetchMarkets(exchange: string): Promise<Fresh<Markets>> {
    return this.#upstream.fetchMarkets(exchange);
  }

  fetchTimeframes(exchange: string, symbol: string): Promise<Fresh<readonly string[]>> {
    return this.#upstream.fetchTimeframes(exchange, symbol);
  }

  fetchTickers(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<TickerResults> {
    return this.#tickers.fetch(exchange, symbols, options);
  }

  fetchAllTickers(query: AllTickersQuery, options?: FetchOptions): Promise<Fresh<AllTickers>> {
    return this.#allTickers.fetch(query, options);
  }

  fetchMarkPrices(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<MarkPriceResults> {
    return this.#upstream.fetchMarkPrices(exchange, symbols, options);
  }

  fetchCandles(query: CandleQuery, options?: FetchOptions): Promise<Fresh<readonly Candle[]>> {
    return this.#upstream.fetchCandles(query, options);
  }

  async fetchCandleText(
    query: CandleQuery,
    format: CandleFormat,
    options?: FetchOptions,
  ): Promise<Fresh<CandleText> | null> {
    return (await this.#upstream.fetchCandleText?.(query, format, options)) ?? null;
  }

  fetchOrderBook(query: OrderBookQuery, options?: FetchOptions): Promise<Fresh<OrderBook>> {
    return this.#orderBooks.fetch(query, options);
  }

  fetchTrades(query: TradeQuery, options?: FetchOptions): Promise<Fresh<readonly Trade[]>> {
    return this.#upstream.fetchTrades(query, options);
  }
}
