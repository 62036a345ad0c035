import { MarketDataError } from '../../market/errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import type { AllTickers, AllTickersQuery } from '../../market/model/all-tickers.ts';
import type { Candle, CandleQuery } from '../../market/model/candle.ts';
import type { CandleFormat, CandleText } from '../../market/model/candle-text.ts';
import type { FundingHistoryQuery, FundingPayment } from '../../market/model/derivatives/funding-rate.ts';
import type { OpenInterest, OpenInterestHistoryQuery } from '../../market/model/derivatives/open-interest.ts';
import type { ExchangeInfo } from '../../market/model/exchange.ts';
import type { Fresh } from '../../market/model/fresh.ts';
import type { Markets } from '../../market/model/market.ts';
import type { OrderBook, OrderBookQuery } from '../../market/model/order-book.ts';
import type { Trade, TradeQuery } from '../../market/model/trade.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type { Freshness } from './freshness.ts';

/** By how much an age in an answer may be wrong because the answer was kept, in ms. */
const maxAgeErrorMs = 1000;

/**
 * Market data as the resolvers of one operation see it: plain values. This class records the freshness of each value, so
 * that no resolver can forget it. Tickers and funding rates come through loaders instead, which gather them.
 */
export class OperationMarketData {
  readonly #port: MarketData;
  readonly #freshness: Freshness | null;

  constructor(port: MarketData, freshness: Freshness | null) {
    this.#port = port;
    this.#freshness = freshness;
  }

  exchanges(): readonly ExchangeInfo[] {
    this.#freshness?.markStatic();
    return this.#port.exchanges();
  }

  exchange(id: string): ExchangeInfo {
    this.#freshness?.markStatic();
    return this.#port.exchange(id);
  }

  async fetchMarkets(exchange: string): Promise<Markets> {
    this.#freshness?.expect();
    return this.#record(await this.#port.fetchMarkets(exchange));
  }

  async fetchTimeframes(exchange: string, symbol: string): Promise<readonly string[]> {
    this.#freshness?.expect();
    return this.#record(await this.#port.fetchTimeframes(exchange, symbol));
  }

  async fetchAllTickers(query: AllTickersQuery): Promise<AllTickers> {
    this.#freshness?.expect();
    return this.#record(await this.#port.fetchAllTickers(query));
  }

  /**
   * Indicators do without candles that the exchange does not serve, so such an error says nothing about the freshness of
   * the answer. Any other answer contains the error, and is not kept.
   */
  async fetchCandles(query: CandleQuery): Promise<readonly Candle[]> {
    this.#freshness?.expect();
    try {
      return this.#record(await this.#port.fetchCandles(query));
    } catch (error) {
      if (error instanceof MarketDataError && error.code === 'BAD_USER_INPUT') this.#freshness?.withdraw();
      throw error;
    }
  }

  /** Candles as text, or as they are if the port has no text of them. */
  async fetchCandleText(query: CandleQuery, format: CandleFormat): Promise<CandleText | readonly Candle[]> {
    this.#freshness?.expect();
    const text = await this.#port.fetchCandleText?.(query, format);
    return text ? this.#record(text) : this.#record(await this.#port.fetchCandles(query));
  }

  async fetchOrderBook(query: OrderBookQuery): Promise<OrderBook> {
    this.#freshness?.expect();
    return this.#record(await this.#port.fetchOrderBook(query));
  }

  async fetchTrades(query: TradeQuery): Promise<readonly Trade[]> {
    this.#freshness?.expect();
    return this.#record(await this.#port.fetchTrades(query));
  }

  /** Says that the answer contains an age at `now`, epoch ms. Soon the age would be wrong. */
  markAged(now: number): void {
    this.#freshness?.expect();
    this.#freshness?.record({ freshUntil: now + maxAgeErrorMs });
  }

  async fetchFundingRateHistory(query: FundingHistoryQuery): Promise<readonly FundingPayment[]> {
    this.#freshness?.expect();
    return this.#record(await this.#port.derivatives.fetchFundingRateHistory(query));
  }

  async fetchOpenInterest(market: MarketRef): Promise<OpenInterest> {
    this.#freshness?.expect();
    return this.#record(await this.#port.derivatives.fetchOpenInterest(market));
  }

  async fetchOpenInterestHistory(query: OpenInterestHistoryQuery): Promise<readonly OpenInterest[]> {
    this.#freshness?.expect();
    return this.#record(await this.#port.derivatives.fetchOpenInterestHistory(query));
  }

  #record<V>(fresh: Fresh<V>): V {
    this.#freshness?.record(fresh);
    return fresh.value;
  }
}
