import type { MarketDataError } from '../errors.ts';
import type { MarketRef } from '../market-ref.ts';
import type { AllTickers, AllTickersQuery } from '../model/all-tickers.ts';
import type { Candle, CandleLimits, CandleQuery, CandleRange, CandleSeries, CandleWindow } from '../model/candle.ts';
import type { CandleFormat, CandleText } from '../model/candle-text.ts';
import type { FundingHistoryQuery, FundingPayment, FundingRate } from '../model/derivatives/funding-rate.ts';
import type { OpenInterest, OpenInterestHistoryQuery } from '../model/derivatives/open-interest.ts';
import type { ExchangeInfo } from '../model/exchange.ts';
import type { Fresh } from '../model/fresh.ts';
import type { Markets } from '../model/market.ts';
import type { OrderBook, OrderBookQuery } from '../model/order-book.ts';
import type { MarkPrice, Ticker } from '../model/ticker.ts';
import type { Trade, TradeQuery } from '../model/trade.ts';

/** One ticker, or the error that says why it is missing. */
export type TickerResult = Fresh<Ticker> | MarketDataError;

/** A result for each requested symbol. */
export type TickerResults = ReadonlyMap<string, TickerResult>;

/** One funding rate, or the error that says why it is missing. */
export type FundingRateResult = Fresh<FundingRate> | MarketDataError;

/** A result for each requested symbol. */
export type FundingRateResults = ReadonlyMap<string, FundingRateResult>;

/** One mark price, or the error that says why it is missing. */
export type MarkPriceResult = Fresh<MarkPrice> | MarketDataError;

/** A result for each requested symbol. */
export type MarkPriceResults = ReadonlyMap<string, MarkPriceResult>;

/** Options of a fetch. A decorator of the port passes them on to what it decorates. */
export interface FetchOptions {
  /**
   * The maximum age of a value in the answer, in ms since it was received. With 0 the exchange is always asked. If that
   * fails, the answer is the error, never a last known value.
   */
  readonly maxAgeMs?: number;
  /**
   * True if the call renews a value that still answers: nobody waits for it, so it yields to other calls. A decorator
   * without an own value passes it on.
   */
  readonly isRenewal?: boolean;
}

/**
 * What exchanges publish about contracts, apart from prices. A part of the market data port. Markets that are not
 * contracts, and exchanges that do not publish the data, are refused with NOT_SUPPORTED.
 */
export interface DerivativeData {
  /** Never rejects: each symbol has its own result. */
  fetchFundingRates(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<FundingRateResults>;
  /** Oldest first, each timestamp once. */
  fetchFundingRateHistory(
    query: FundingHistoryQuery,
    options?: FetchOptions,
  ): Promise<Fresh<readonly FundingPayment[]>>;
  fetchOpenInterest(market: MarketRef, options?: FetchOptions): Promise<Fresh<OpenInterest>>;
  /** Oldest first, each timestamp once. */
  fetchOpenInterestHistory(
    query: OpenInterestHistoryQuery,
    options?: FetchOptions,
  ): Promise<Fresh<readonly OpenInterest[]>>;
}

/**
 * The port through which the rest of the server gets market data. `exchange/` implements it for exchanges, and caches,
 * candles and live feeds decorate it. Every error that it throws or returns is a MarketDataError. Callers call its methods
 * on the port, so that a class can implement it.
 */
export interface MarketData {
  /** Every exchange that this server may use. Contacts no exchange. */
  exchanges(): readonly ExchangeInfo[];
  /** Throws EXCHANGE_NOT_FOUND with the nearest ids. Contacts no exchange. */
  exchange(id: string): ExchangeInfo;
  /** The exchange's markets, loaded on first use. */
  fetchMarkets(exchange: string): Promise<Fresh<Markets>>;
  /**
   * The timeframes for which the exchange itself serves candles of a market; other timeframes are built from these. Empty
   * if it serves no candles. Rejects with SYMBOL_NOT_FOUND.
   */
  fetchTimeframes(exchange: string, symbol: string): Promise<Fresh<readonly string[]>>;
  /** Never rejects: each symbol has its own result. */
  fetchTickers(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<TickerResults>;
  /** For contracts whose tickers lack the mark or index price. Never rejects: each symbol has its own result. */
  fetchMarkPrices(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<MarkPriceResults>;
  /**
   * The tickers of all active markets of an exchange or of one type, with what is missing because a call failed. Rejects
   * if all calls failed.
   */
  fetchAllTickers(query: AllTickersQuery, options?: FetchOptions): Promise<Fresh<AllTickers>>;
  /**
   * Oldest first, within `[since, until)`, each timestamp once. Even with `maxAgeMs` 0, candles that no longer change may
   * come from memory.
   */
  fetchCandles(query: CandleQuery, options?: FetchOptions): Promise<Fresh<readonly Candle[]>>;
  /**
   * The same candles as text. Null if a number has no text: then `fetchCandles` has the answer, as it has for a port that
   * leaves this method out because it keeps no text.
   */
  fetchCandleText?(query: CandleQuery, format: CandleFormat, options?: FetchOptions): Promise<Fresh<CandleText> | null>;
  /** At most `limit` levels on each side. */
  fetchOrderBook(query: OrderBookQuery, options?: FetchOptions): Promise<Fresh<OrderBook>>;
  /** Oldest first, each once. */
  fetchTrades(query: TradeQuery, options?: FetchOptions): Promise<Fresh<readonly Trade[]>>;
  readonly derivatives: DerivativeData;
}

/** Candles as an exchange serves them: one call for one range. `exchange/` implements it, `candles/` calls it. */
export interface CandleSource {
  /**
   * The limits of one call. Throws NOT_SUPPORTED, TIMEFRAME_NOT_SUPPORTED (with those that the market has),
   * SYMBOL_NOT_FOUND, and what loading the markets throws.
   */
  candleLimits(series: CandleSeries): Promise<CandleLimits>;
  /**
   * One call, for a range within these limits. Throws BAD_USER_INPUT if the exchange's history does not reach back that
   * far, and TIMEFRAME_NOT_SUPPORTED if the exchange turns out to refuse the timeframe, which `fetchTimeframes` leaves out
   * from then on.
   */
  fetchCandleRange(range: CandleRange, options?: FetchOptions): Promise<CandleWindow>;
}

/** What the exchanges serve, without any memory: the port, except that candles are fetched by ranges. */
export type MarketSource = Omit<MarketData, 'fetchCandles' | 'fetchCandleText'> & CandleSource;
