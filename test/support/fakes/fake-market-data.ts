import type { Clock } from '../../../src/base/clock.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
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
import type { Market, Markets } from '../../../src/market/model/market.ts';
import { exchangeNotFound } from '../../../src/market/model/not-found.ts';
import type { OrderBook, OrderBookQuery } from '../../../src/market/model/order-book.ts';
import type { Ticker } from '../../../src/market/model/ticker.ts';
import type { Trade, TradeQuery } from '../../../src/market/model/trade.ts';
import type {
  CandleSource,
  FetchOptions,
  MarketData,
  TickerResult,
  TickerResults,
} from '../../../src/market/ports/market-data.ts';
import { periodAfter } from '../../../src/market/timeframe.ts';
import { FakeDerivatives } from './fake-derivatives.ts';

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
 * The market data port with answers that a test sets: for each symbol a ticker, the same on every exchange, or an
 * error. A symbol without either does not exist. No answer declares its freshness. Counts the calls; `hold()` makes
 * them wait.
 */
export class FakeMarketData implements MarketData, CandleSource {
  readonly tickerCalls: TickerCall[] = [];
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
  #has: readonly Capability[] = [];
  #failure: MarketDataError | null = null;
  #gate: Promise<void> = Promise.resolve();

  constructor(clock: Clock, ids: readonly string[] = ['kraken', 'binance']) {
    this.#clock = clock;
    this.derivatives = new FakeDerivatives(clock);
    this.#ids = ids;
  }

  /** What the exchanges answer from now on. Tickers get the time of the answer as `receivedAt`, if none is given. */
  set(symbol: string, outcome: Partial<Ticker> | MarketDataError): void {
    this.#outcomes.set(symbol, outcome);
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
    this.#has = has;
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
    return toInfo(id, id === this.#ids[0] ? this.#has : []);
  }

  /** BTC/USDT and every symbol with an outcome other than SYMBOL_NOT_FOUND. Never fails, and never waits. */
  async fetchMarkets(exchange: string): Promise<Fresh<Markets>> {
    this.exchange(exchange);
    const symbols = [...this.#outcomes].flatMap(([symbol, outcome]) =>
      outcome instanceof MarketDataError && outcome.code === 'SYMBOL_NOT_FOUND' ? [] : [symbol],
    );
    const markets = new Map(['BTC/USDT', ...symbols].map((symbol) => [symbol, marketOf(exchange, symbol)]));
    return ofUnknownFreshness(markets);
  }

  async fetchTimeframes(exchange: string, _symbol: string): Promise<Fresh<readonly string[]>> {
    return ofUnknownFreshness(this.exchange(exchange).timeframes);
  }

  async fetchTickers(exchange: string, symbols: readonly string[], options?: FetchOptions): Promise<TickerResults> {
    this.tickerCalls.push({ exchange, symbols: [...symbols], options });
    await this.#gate;
    return new Map(symbols.map((symbol) => [symbol, this.#give(exchange, symbol)]));
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

  #give(exchange: string, symbol: string): TickerResult {
    const set = this.#outcomes.get(symbol);
    const outcome = this.#failure ?? set ?? new MarketDataError('SYMBOL_NOT_FOUND', `no market ${symbol}`);
    const given =
      outcome instanceof MarketDataError
        ? outcome.withSymbol(symbol)
        : tickerOf({ exchange, symbol, receivedAt: this.#clock.now(), ...outcome });
    this.given.push({ symbol, outcome: given });
    return given instanceof MarketDataError ? given : ofUnknownFreshness(given);
  }
}

function marketOf(exchange: string, symbol: string): Market {
  const [base = '', quote = '', settle] = symbol.split(/[/:]/);
  const type = settle === undefined ? 'spot' : 'swap';
  const unknown = { settle: settle ?? null, active: true, contractSize: null, expiry: null };
  return { exchange, symbol, base, quote, type, ...unknown, pricePrecision: null, amountPrecision: null };
}

function toInfo(id: string, has: readonly Capability[]): ExchangeInfo {
  return {
    id,
    name: id,
    countries: [],
    website: null,
    simulated: false,
    timeframes: ['1m', '1h', '1d'],
    has,
    streaming: false,
    hasTestNetwork: false,
  };
}
