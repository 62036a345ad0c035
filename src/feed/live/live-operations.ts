import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import type { AllTickers, AllTickersQuery } from '../../market/model/all-tickers.ts';
import type { Candle, CandleSeries } from '../../market/model/candle.ts';
import type { Market, Markets } from '../../market/model/market.ts';
import { requireMarket, requireMarkets } from '../../market/model/not-found.ts';
import type { OrderBook } from '../../market/model/order-book.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import type { Trade } from '../../market/model/trade.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import { findKnownMarkets } from '../across/known-markets.ts';
import { openQuote } from '../across/open-quote.ts';
import type { QuoteSubscription } from '../across/quote-subscription.ts';
import type { ResumedSubscription } from '../resume/resumed-subscription.ts';
import type { FeedSubscription } from '../topics/feed-subscription.ts';
import { createDerivativeOperations, type DerivativeOperations } from './derivative-operations.ts';
import type { Feeds } from './feeds.ts';

export interface LiveOperationsOptions {
  readonly feeds: Feeds;
  readonly marketData: Pick<MarketData, 'exchange' | 'exchanges' | 'fetchMarkets'>;
  readonly clock: Clock;
  /** The maximum wait of an operation for its first event, in ms. */
  readonly timeoutMs: number;
}

/** Events from now on, or from a time in the past on. */
export type LiveEvents<V> = FeedSubscription<V> | ResumedSubscription<V>;

/** A subscription that knows when it has started. */
interface Startable {
  readonly error: MarketDataError | null;
  whenReady(): Promise<void>;
  return(): Promise<unknown>;
}

interface Request {
  readonly exchange: string;
  readonly symbols: readonly string[];
  /** Returns the symbols that exist or might exist. Throws SYMBOL_NOT_FOUND. */
  readonly check: (markets: Markets) => readonly string[];
}

/**
 * The live operations that clients start. Each resolves once it has something to deliver, or once its exchange works
 * but has no data yet (a market without trades). It rejects with SYMBOL_NOT_FOUND and with any error of the feed. After
 * `timeoutMs` it rejects with the reason why nothing could be delivered.
 */
export interface LiveOperations {
  ticker(exchange: string, symbol: string): Promise<FeedSubscription<Ticker>>;
  /**
   * Rejects with an error that names all unknown symbols. With `skipUnknown` they are left out, but one symbol must
   * exist.
   */
  tickers(exchange: string, symbols: readonly string[], skipUnknown: boolean): Promise<FeedSubscription<Ticker>>;
  /**
   * The same for markets of several exchanges. The error names all unknown exchanges, or else all unknown markets. An
   * exchange that fails or hangs does not stop the others.
   */
  watchlist(markets: readonly MarketRef[], skipUnknown: boolean): Promise<FeedSubscription<Ticker>>;
  /**
   * The quotes of a symbol on distinct exchanges; starts with the first of them that works. Rejects with an error that
   * names all unknown exchanges, and with SYMBOL_NOT_FOUND if none has the symbol.
   */
  quote(symbol: string, exchanges: readonly string[]): Promise<QuoteSubscription>;
  /** With `since` (epoch ms), the candles that begin then or later are sent first. */
  candles(series: CandleSeries, since: number | null): Promise<LiveEvents<Candle>>;
  orderBook(exchange: string, symbol: string, limit: number): Promise<FeedSubscription<OrderBook>>;
  /** With `since` (epoch ms), the trades from then on are sent first. */
  trades(market: MarketRef, since: number | null): Promise<LiveEvents<readonly Trade[]>>;
  /** The tickers of all markets of an exchange, or of one type. */
  allTickers(query: AllTickersQuery): Promise<FeedSubscription<AllTickers>>;
  readonly derivatives: DerivativeOperations;
}

export function createLiveOperations({ feeds, marketData, clock, timeoutMs }: LiveOperationsOptions): LiveOperations {
  /**
   * Checks symbols against the markets. Null if the markets cannot be listed at present: the polls retry that at their
   * pace.
   */
  async function check({ exchange, check }: Request): Promise<readonly string[] | null> {
    try {
      return check((await marketData.fetchMarkets(exchange)).value);
    } catch (error) {
      if (error instanceof MarketDataError && error.retryable) return null;
      throw error;
    }
  }

  async function start<V>(
    request: Request,
    open: (symbols: readonly string[]) => FeedSubscription<V>,
  ): Promise<FeedSubscription<V>> {
    const endAt = clock.now() + timeoutMs;
    const beforeEnd = <T>(promise: Promise<T>, why: () => MarketDataError | null = () => null): Promise<T> =>
      withDeadline(clock, endAt - clock.now(), promise, () => why() ?? nothingCame([request.exchange], timeoutMs));
    const checked = await beforeEnd(check(request));
    const subscription = open(checked ?? request.symbols);
    try {
      await beforeEnd(subscription.whenReady(), () => subscription.error);
      // A subscription that works has a list of the markets by now.
      if (!checked) await beforeEnd(check(request));
      return subscription;
    } catch (error) {
      void subscription.return();
      throw error;
    }
  }

  function startOne<V>(
    exchange: string,
    symbol: string,
    open: () => FeedSubscription<V>,
    requireSuitable: (market: Market, markets: Markets) => void = () => {},
  ): Promise<FeedSubscription<V>> {
    const check = (markets: Markets): readonly string[] => {
      const market = requireMarket(exchange, symbol, markets);
      requireSuitable(market, markets);
      return [market.symbol];
    };
    return start({ exchange, symbols: [symbol], check }, open);
  }

  /** Resolves with a subscription over several exchanges once one of them works. */
  async function whenReady<S extends Startable>(
    subscription: S,
    exchanges: readonly string[],
    endAt = clock.now() + timeoutMs,
  ): Promise<S> {
    const why = () => subscription.error ?? nothingCame(exchanges, timeoutMs);
    try {
      await withDeadline(clock, endAt - clock.now(), subscription.whenReady(), why);
      return subscription;
    } catch (error) {
      void subscription.return();
      throw error;
    }
  }

  return {
    ticker: (exchange, symbol) => startOne(exchange, symbol, () => feeds.tickers(exchange, [symbol])),
    tickers: (exchange, symbols, skipUnknown) => {
      const check = (markets: Markets): readonly string[] => requireMarkets(exchange, symbols, markets, skipUnknown);
      return start({ exchange, symbols, check }, (known) => feeds.tickers(exchange, known));
    },
    watchlist: async (markets, skipUnknown) => {
      if (markets.length === 0) throw new MarketDataError('BAD_USER_INPUT', 'markets is empty; give at least one.');
      const endAt = clock.now() + timeoutMs;
      const known = await findKnownMarkets(markets, { marketData, clock, timeoutMs, skipUnknown });
      return whenReady(feeds.watchlist(known), exchangesOf(markets), endAt);
    },
    quote: async (symbol, exchanges) => {
      const subscription = openQuote(symbol, exchanges, { marketData, clock, join: feeds.joinTicker });
      return whenReady(subscription, exchanges);
    },
    candles: async (series, since) => {
      const { exchange, symbol, timeframe } = series;
      const endAt = clock.now() + timeoutMs;
      const live = await startOne(exchange, symbol, () => feeds.candles(exchange, symbol, timeframe));
      return since === null ? live : feeds.resumeCandles(live, series, since, endAt);
    },
    orderBook: (exchange, symbol, limit) => startOne(exchange, symbol, () => feeds.orderBook(exchange, symbol, limit)),
    trades: async (market, since) => {
      const { exchange, symbol } = market;
      const endAt = clock.now() + timeoutMs;
      const live = await startOne(exchange, symbol, () => feeds.trades(exchange, symbol));
      return since === null ? live : feeds.resumeTrades(live, market, since, endAt);
    },
    allTickers: (query) =>
      start({ exchange: query.exchange, symbols: [], check: () => [] }, () => feeds.allTickers(query)),
    derivatives: createDerivativeOperations({ feeds: feeds.derivatives, marketData, startOne }),
  };
}

function exchangesOf(markets: readonly MarketRef[]): readonly string[] {
  return [...new Set(markets.map(({ exchange }) => exchange))];
}

/** How many exchanges a message names. */
const maxNamed = 5;

function nothingCame(exchanges: readonly string[], timeoutMs: number): MarketDataError {
  const [exchange = ''] = exchanges;
  const others = exchanges.length > maxNamed ? ` and ${exchanges.length - maxNamed} others` : '';
  const subject = `${exchanges.slice(0, maxNamed).join(', ')}${others}`;
  const message = `${subject} sent nothing that could be delivered within ${timeoutMs} ms; try again.`;
  return new MarketDataError('TIMEOUT', message, exchanges.length === 1 ? { exchange } : {});
}
