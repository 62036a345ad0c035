import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle, CandleQuery } from '../../../src/market/model/candle.ts';
import type { Fresh } from '../../../src/market/model/fresh.ts';
import type { OrderBookQuery } from '../../../src/market/model/order-book.ts';
import type { MarkPrice, Ticker } from '../../../src/market/model/ticker.ts';
import type { TradeQuery } from '../../../src/market/model/trade.ts';
import type { FetchOptions, MarketData, TickerResults } from '../../../src/market/ports/market-data.ts';

/** For each symbol its ticker, or the reason why there is none. */
export type PlainTickers = ReadonlyMap<string, Ticker | MarketDataError>;

/** For each symbol its mark price, or the reason why there is none. */
export type PlainMarkPrices = ReadonlyMap<string, MarkPrice | MarketDataError>;

export function toPlainTickers(results: TickerResults): PlainTickers {
  return toPlain(results);
}

function toPlain<V>(
  results: ReadonlyMap<string, Fresh<V> | MarketDataError>,
): ReadonlyMap<string, V | MarketDataError> {
  return new Map(
    [...results].map(([symbol, result]) => [symbol, result instanceof MarketDataError ? result : result.value]),
  );
}

/** What the exchanges serve, without its freshness, for tests that are not about freshness. */
export class PlainSource {
  readonly #source: Omit<MarketData, 'fetchCandles'>;

  constructor(source: Omit<MarketData, 'fetchCandles'>) {
    this.#source = source;
  }

  exchanges() {
    return this.#source.exchanges();
  }

  exchange(id: string) {
    return this.#source.exchange(id);
  }

  async fetchMarkets(exchange: string) {
    return (await this.#source.fetchMarkets(exchange)).value;
  }

  async fetchTimeframes(exchange: string, symbol: string) {
    return (await this.#source.fetchTimeframes(exchange, symbol)).value;
  }

  async fetchTickers(exchange: string, symbols: readonly string[]): Promise<PlainTickers> {
    return toPlainTickers(await this.#source.fetchTickers(exchange, symbols));
  }

  async fetchMarkPrices(exchange: string, symbols: readonly string[]): Promise<PlainMarkPrices> {
    return toPlain(await this.#source.fetchMarkPrices(exchange, symbols));
  }

  async fetchOrderBook(query: OrderBookQuery) {
    return (await this.#source.fetchOrderBook(query)).value;
  }

  async fetchTrades(query: TradeQuery) {
    return (await this.#source.fetchTrades(query)).value;
  }
}

/** The same for candles. */
export class PlainMarketData extends PlainSource {
  readonly #candles: Pick<MarketData, 'fetchCandles'>;

  constructor(source: Omit<MarketData, 'fetchCandles'>, candles: Pick<MarketData, 'fetchCandles'>) {
    super(source);
    this.#candles = candles;
  }

  async fetchCandles(query: CandleQuery, options?: FetchOptions): Promise<readonly Candle[]> {
    return (await this.#candles.fetchCandles(query, options)).value;
  }
}
