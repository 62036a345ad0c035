import type { MarketDataError } from '../errors.ts';
import type { Candle, CandleLimits, CandleQuery, CandleRange, CandleSeries, CandleWindow } from '../model/candle.ts';
import type { ExchangeInfo } from '../model/exchange.ts';
import type { Markets } from '../model/market.ts';
import type { OrderBook, OrderBookQuery } from '../model/order-book.ts';
import type { Ticker } from '../model/ticker.ts';
import type { Trade, TradeQuery } from '../model/trade.ts';

/** One entry per symbol asked for: its ticker, or why there is none. */
export type TickerResults = ReadonlyMap<string, Ticker | MarketDataError>;

/**
 * Told by whoever answers, before the answer: until when asking again would bring the same (epoch ms, Infinity where
 * that never ends), and where it may end sooner how to tell; what is live ends at its next change, whenever that is, and
 * has Infinity too. Of several calls the earliest counts.
 */
export type OnFresh = (until: number, isCurrent?: () => boolean) => void;

export interface FetchOptions {
  /**
   * The oldest value that may answer, in ms since it was received. 0 asks the exchange, and then its failure is an
   * error and never a last known value.
   */
  readonly maxAgeMs?: number;
  /** Hears how long the answer is fresh; an answer of which nothing is told must not be kept. */
  readonly onFresh?: OnFresh;
}

/**
 * The port that everything above the exchanges is written against. The adapter in `exchange/` implements it,
 * `cache/` decorates it. Every error it throws or returns is a MarketDataError.
 */
export interface MarketData {
  /** Every exchange this server may use, by id. Contacts none. */
  exchanges(): readonly ExchangeInfo[];
  /** Throws EXCHANGE_NOT_FOUND with the nearest ids. Contacts no exchange. */
  exchange(id: string): ExchangeInfo;
  /** The exchange's markets, loaded on first use. */
  fetchMarkets(exchange: string, options?: Pick<FetchOptions, 'onFresh'>): Promise<Markets>;
  /**
   * The timeframes of which the exchange gives candles of a market by itself; others are built from them. None where it
   * offers no candles. Rejects with SYMBOL_NOT_FOUND.
   */
  fetchTimeframes(
    exchange: string,
    symbol: string,
    options?: Pick<FetchOptions, 'onFresh'>,
  ): Promise<readonly string[]>;
  /** Never rejects: each symbol fails alone. */
  fetchTickers(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<TickerResults>;
  /** Oldest first, within `[since, until)`, each timestamp once. With `maxAgeMs` 0 those may be kept that never change. */
  fetchCandles(query: CandleQuery, options?: FetchOptions): Promise<readonly Candle[]>;
  /** At most `limit` levels on each side. */
  fetchOrderBook(query: OrderBookQuery, options?: FetchOptions): Promise<OrderBook>;
  /** Oldest first, each once. */
  fetchTrades(query: TradeQuery, options?: FetchOptions): Promise<readonly Trade[]>;
}

/** Candles as an exchange gives them, one call for a range. `exchange/` implements it, `cache/candles/` asks it. */
export interface CandleSource {
  /**
   * What may be asked for. Throws NOT_SUPPORTED, TIMEFRAME_NOT_SUPPORTED (with those that the market has),
   * SYMBOL_NOT_FOUND, and what loading the markets throws.
   */
  candleLimits(series: CandleSeries): Promise<CandleLimits>;
  /**
   * One call, for a range within these limits. Throws BAD_USER_INPUT where the exchange goes not back so far, and
   * TIMEFRAME_NOT_SUPPORTED where it turns out to refuse the timeframe, which `fetchTimeframes` then leaves out.
   */
  fetchCandleRange(range: CandleRange): Promise<CandleWindow>;
}

/** What the exchanges give without any memory: the port, but for candles that are fetched by ranges. */
export type MarketSource = Omit<MarketData, 'fetchCandles'> & CandleSource;
