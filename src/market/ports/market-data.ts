import type { MarketDataError } from '../errors.ts';
import type { Candle, CandleLimits, CandleQuery, CandleRange, CandleSeries, CandleWindow } from '../model/candle.ts';
import type { ExchangeInfo } from '../model/exchange.ts';
import type { Fresh } from '../model/fresh.ts';
import type { Markets } from '../model/market.ts';
import type { OrderBook, OrderBookQuery } from '../model/order-book.ts';
import type { Ticker } from '../model/ticker.ts';
import type { Trade, TradeQuery } from '../model/trade.ts';

/** One ticker, or why there is none. */
export type TickerResult = Fresh<Ticker> | MarketDataError;

/** A result for each symbol asked for. */
export type TickerResults = ReadonlyMap<string, TickerResult>;

/** What a caller may ask for. A decorator of the port passes the options on to what it decorates. */
export interface FetchOptions {
  /**
   * The greatest age of a value that may answer, in ms since it was received. With 0 the exchange is asked, and if that
   * fails the error answers, never a last known value.
   */
  readonly maxAgeMs?: number;
}

/**
 * The port that everything above the exchanges is written against. `exchange/` implements it for exchanges, and caches,
 * candles and live feeds decorate it. Every error that it throws or returns is a MarketDataError. Callers call its methods
 * on the port, so that a class may implement it.
 */
export interface MarketData {
  /** Every exchange that this server may use. Contacts none. */
  exchanges(): readonly ExchangeInfo[];
  /** Throws EXCHANGE_NOT_FOUND with the nearest ids. Contacts no exchange. */
  exchange(id: string): ExchangeInfo;
  /** The exchange's markets, loaded on first use. */
  fetchMarkets(exchange: string): Promise<Fresh<Markets>>;
  /**
   * The timeframes of which the exchange itself serves candles of a market; others are built from them. Empty if it
   * serves no candles. Rejects with SYMBOL_NOT_FOUND.
   */
  fetchTimeframes(exchange: string, symbol: string): Promise<Fresh<readonly string[]>>;
  /** Never rejects: each symbol fails alone. */
  fetchTickers(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<TickerResults>;
  /**
   * Oldest first, within `[since, until)`, each timestamp once. Even with `maxAgeMs` 0, candles that no longer change may
   * come from memory.
   */
  fetchCandles(query: CandleQuery, options?: FetchOptions): Promise<Fresh<readonly Candle[]>>;
  /** At most `limit` levels on each side. */
  fetchOrderBook(query: OrderBookQuery, options?: FetchOptions): Promise<Fresh<OrderBook>>;
  /** Oldest first, each once. */
  fetchTrades(query: TradeQuery, options?: FetchOptions): Promise<Fresh<readonly Trade[]>>;
}

/** Candles as an exchange serves them: one call for one range. `exchange/` implements it, `candles/` asks it. */
export interface CandleSource {
  /**
   * What one call may ask for. Throws NOT_SUPPORTED, TIMEFRAME_NOT_SUPPORTED (with those that the market has),
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
export type MarketSource = Omit<MarketData, 'fetchCandles'> & CandleSource;
