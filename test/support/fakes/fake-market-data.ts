import type { Clock } from '../../../src/base/clock.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { AllTickers, AllTickersQuery } from '../../../src/market/model/all-tickers.ts';
import type {
  Candle,
  CandleLimits,
  CandleQuery,
  CandleRange,
  CandleSeries,
  CandleWindow,
} from '../../../src/market/model/candle.ts';
import type { Capability, ExchangeInfo } from '../../../src/market/model/exchange.ts';
import { type Fresh, ofUnknownFreshness } from '../../../src/market/model/fresh.ts';
import type { Markets } from '../../../src/market/model/market.ts';
import { exchangeNotFound } from '../../../src/market/model/not-found.ts';
import type { OrderBook, OrderBookQuery } from '../../../src/market/model/order-book.ts';
import type { Ticker } from '../../../src/market/model/ticker.ts';
import type { Trade, TradeQuery } from '../../../src/market/model/trade.ts';
import type {
  CandleSource,
  FetchOptions,
  MarketData,
  MarkPriceResults,
  TickerResult,
  TickerResults,
} from '../../../src/market/ports/market-data.ts';
import { periodAfter } from '../../../src/market/timeframe.ts';
import { toExchangeInfo } from './exchange-info.ts';
import { FakeDerivatives } from './fake-derivatives.ts';
import { FakeMarkPrices } from './fake-mark-prices.ts';
import { marketOf } from './market.ts';

/** One call of fetchTickers with its arguments. */
export interface TickerCall {
  readonly exchange: string;
  readonly symbols: readonly string[];
  readonly options: FetchOptions | undefined;
}

const blank: Ticker = {
  exchange: '',
  symbol: '',
  timestamp: null,
  receivedAt: 0,
  source: 'FETCH',
  stale: false,
  last: null,
  open: null,
  high: null,
  low: null,
  close: null,
  previousClose: null,
  bid: null,
  bidVolume: null,
  ask: null,
  askVolume: null,
  vwap: null,
  change: null,
  percentage: null,
  average: null,
  baseVolume: null,
  quoteVolume: null,
  markPrice: null,
  indexPrice: null,
};

/** A ticker with the given fields; the others are null. */
export function tickerOf(fields: Partial<Ticker>): Ticker {
  return { ...blank, ...fields };
}

/**
 * The market data port with answers that a test sets: for each symbol a ticker, or an error, on every exchange or on
 * one. A symbol without either does not exist. No answer declares its freshness. Counts the calls; `hold()` makes
 * them wait.
 */
export class FakeMarketData implements MarketData, CandleSource {
  readonly tickerCalls: TickerCall[] = [];
  readonly allTickersCalls: (AllTickersQuery & { readonly options: FetchOptions | undefined })[] = [];
  readonly markPrices = new FakeMarkPrices();
  /** What every exchange can do. */
  readonly has: Capability[] = [];
  readonly candleCalls: CandleQuery[] = [];
  readonly rangeCalls: CandleRange[] = [];
  readonly orderBookCalls: OrderBookQuery[] = [];
  readonly tradeCalls: TradeQuery[] = [];
  readonly derivatives: FakeDerivatives;
  /** The outcomes in the order in which they were returned. */
  readonly given: { readonly symbol: string; readonly outcome: Ticker | MarketDataError }[] = [];
  readonly #clock: Clock;
  readonly #ids: readonly string[];
  readonly #outcomes = new Map<string, Partial<Ticker> | MarketDataError>();
  #candles: readonly Candle[] | MarketDataError = [];
  #orderBook: Partial<OrderBook> | MarketDataError = {};
  #trades: readonly Trade[] | MarketDataError = [];
  #ofFirst: readonly Capability[] | null = null;
  #failure: MarketDataError | null = null;
  #gate: Promise<void> = Promise.resolve();
  /** Exchanges that fail, or whose calls wait. */
  readonly #failing = new Map<string, MarketDataError>();
  readonly #held = new Map<string, Promise<void>>();

  constructor(clock: Clock, ids: readonly string[] = ['kraken', 'binance']) {
    this.#clock = clock;
    this.derivatives = new FakeDerivatives(clock);
    this.#ids = ids;
  }

  /**
   * What the exchanges, or one of them, answer from now on. Tickers get the time of the answer as `receivedAt`, if none
   * is given.
   */
  set(symbol: string, outcome: Partial<Ticker> | MarketDataError, exchange = ''): void {
    this.#outcomes.set(`${exchange} ${symbol}`, outcome);
  }

  /** Makes one exchange fail, for tickers and for its list of markets; null ends that. */
  failOn(exchange: string, error: MarketDataError | null): void {
    if (error) this.#failing.set(exchange, error);
    else this.#failing.delete(exchange);
  }

  /** From now on calls for tickers and for the markets of one exchange wait until the returned function is called. */
  holdOn(exchange: string): () => void {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#held.set(exchange, gate);
    return () => {
      this.#held.delete(exchange);
      release();
    };
  }

  setCandles(candles: readonly Candle[] | MarketDataError): void {
    this.#candles = candles;
  }

  setOrderBook(book: Partial<OrderBook> | MarketDataError): void {
    this.#orderBook = book;
  }

  setTrades(trades: readonly Trade[] | MarketDataError): void {
    this.#trades = trades;
  }

  /** What the first exchange can do from now on; the others can do nothing. */
  setCapabilities(has: readonly Capability[]): void {
    this.#ofFirst = has;
  }

  /** Makes every symbol fail; null ends that. */
  fail(error: MarketDataError | null): void {
    this.#failure = error;
  }

  /**
   * From now on calls wait until the returned function is called. They then answer with the outcomes that are set by
   * then.
   */
  hold(): () => void {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#gate = gate;
    return () => {
      if (this.#gate === gate) this.#gate = Promise.resolve();
      release();
    };
  }

  exchanges(): readonly ExchangeInfo[] {
    return this.#ids.map((id) => this.exchange(id));
  }

  exchange(id: string): ExchangeInfo {
    if (!this.#ids.includes(id)) throw exchangeNotFound(id, this.#ids, false);
    const others = this.#ofFirst ? [] : this.has;
    return toExchangeInfo(id, id === this.#ids[0] ? (this.#ofFirst ?? this.has) : others);
  }

  /** BTC/USDT and every symbol with an outcome other than SYMBOL_NOT_FOUND. Fails and waits only for one exchange. */
  async fetchMarkets(exchange: string): Promise<Fresh<Markets>> {
    this.exchange(exchange);
    await this.#held.get(exchange);
    const failure = this.#failing.get(exchange);
    if (failure) throw failure;
    const symbols = this.#symbolsOn(exchange);
    const listed = [...new Set(['BTC/USDT', ...symbols])].filter((symbol) => {
      const outcome = this.#find(exchange, symbol);
      return !(outcome instanceof MarketDataError && outcome.code === 'SYMBOL_NOT_FOUND');
    });
    const markets = new Map(listed.map((symbol) => [symbol, marketOf(exchange, symbol)]));
    return ofUnknownFreshness(markets);
  }

  async fetchTimeframes(exchange: string, _symbol: string): Promise<Fresh<readonly string[]>> {
    return ofUnknownFreshness(this.exchange(exchange).timeframes);
  }

  async fetchTickers(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<TickerResults> {
    this.tickerCalls.push({ exchange, symbols: [...symbols], options });
    await this.#gate;
    await this.#held.get(exchange);
    return new Map(symbols.map((symbol) => [symbol, this.#give(exchange, symbol)]));
  }

  /** The tickers that are set, and the symbols that are set to fail as missing, each with its own error. */
  async fetchAllTickers(query: AllTickersQuery, options?: FetchOptions): Promise<Fresh<AllTickers>> {
    this.allTickersCalls.push({ ...query, options });
    const { exchange } = query;
    this.exchange(exchange);
    const outcomes = await this.#answer(() =>
      this.#symbolsOn(exchange).map((symbol) => [symbol, this.#find(exchange, symbol)] as const),
    );
    const receivedAt = this.#clock.now();
    const tickers = outcomes.flatMap(([symbol, outcome]) =>
      outcome instanceof MarketDataError ? [] : [tickerOf({ exchange, symbol, receivedAt, ...outcome })],
    );
    const missing = outcomes.flatMap(([symbol, outcome]) =>
      outcome instanceof MarketDataError ? [{ symbols: [symbol], error: outcome }] : [],
    );
    return ofUnknownFreshness({
      ...{ ...query, tickers, missing, receivedAt, timestamp: null },
      ...{ source: 'FETCH', stale: false },
    });
  }

  fetchMarkPrices(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<MarkPriceResults> {
    return this.markPrices.fetchMarkPrices(exchange, symbols, options);
  }

  async fetchCandles(query: CandleQuery, _options?: FetchOptions): Promise<Fresh<readonly Candle[]>> {
    this.candleCalls.push(query);
    const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, limit } = query;
    const candles = await this.#answer(() => this.#candles);
    if (limit < 1) throw new MarketDataError('BAD_USER_INPUT', `limit is ${limit}`);
    const isClosed = ({ timestamp }: Candle): boolean => periodAfter(query.timeframe, timestamp) <= this.#clock.now();
    const found = candles
      .filter(({ timestamp }) => timestamp >= since && timestamp < until)
      .map((candle) => ({ ...candle, closed: isClosed(candle) }));
    return ofUnknownFreshness(query.since === undefined ? found.slice(-limit) : found.slice(0, limit));
  }

  async candleLimits(_series: CandleSeries): Promise<CandleLimits> {
    return { perCall: 1000, oldest: Number.NEGATIVE_INFINITY };
  }

  async fetchCandleRange(range: CandleRange, _options?: FetchOptions): Promise<CandleWindow> {
    this.rangeCalls.push(range);
    const { timeframe, since, until } = range;
    const candles = await this.#answer(() => this.#candles);
    const isClosed = ({ timestamp }: Candle): boolean => periodAfter(timeframe, timestamp) <= this.#clock.now();
    const found = candles
      .filter(({ timestamp }) => timestamp >= since && timestamp < until)
      .map((candle) => ({ ...candle, closed: isClosed(candle) }));
    return { candles: found, from: since, next: null };
  }

  async fetchOrderBook(query: OrderBookQuery, _options?: FetchOptions): Promise<Fresh<OrderBook>> {
    this.orderBookCalls.push(query);
    const { exchange, symbol } = query;
    const book = await this.#answer(() => this.#orderBook);
    const receivedAt = this.#clock.now();
    const value = { exchange, symbol, timestamp: null, receivedAt, bids: [], asks: [], stale: false, ...book };
    return ofUnknownFreshness(value);
  }

  async fetchTrades(query: TradeQuery, _options?: FetchOptions): Promise<Fresh<readonly Trade[]>> {
    this.tradeCalls.push(query);
    const { since = Number.NEGATIVE_INFINITY, limit } = query;
    const trades = await this.#answer(() => this.#trades);
    const found = trades.filter(({ timestamp }) => timestamp >= since);
    return ofUnknownFreshness(query.since === undefined ? found.slice(-limit) : found.slice(0, limit));
  }

  async #answer<T extends object>(given: () => T | MarketDataError): Promise<T> {
    await this.#gate;
    const answer = this.#failure ?? given();
    if (answer instanceof MarketDataError) throw answer;
    return answer;
  }

  /** The symbols that have an outcome on every exchange or on this one. */
  #symbolsOn(exchange: string): readonly string[] {
    const set = [...this.#outcomes.keys()].map((key) => key.split(' '));
    return [...new Set(set.flatMap(([on, symbol = '']) => (on === '' || on === exchange ? [symbol] : [])))];
  }

  #find(exchange: string, symbol: string): Partial<Ticker> | MarketDataError | undefined {
    return this.#outcomes.get(`${exchange} ${symbol}`) ?? this.#outcomes.get(` ${symbol}`);
  }

  #give(exchange: string, symbol: string): TickerResult {
    const failure = this.#failure ?? this.#failing.get(exchange);
    const outcome =
      failure ?? this.#find(exchange, symbol) ?? new MarketDataError('SYMBOL_NOT_FOUND', `no market ${symbol}`);
    const given =
      outcome instanceof MarketDataError
        ? outcome.withSymbol(symbol)
        : tickerOf({ exchange, symbol, receivedAt: this.#clock.now(), ...outcome });
    this.given.push({ symbol, outcome: given });
    return given instanceof MarketDataError ? given : ofUnknownFreshness(given);
  }
}
