import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import type { Candle, CandleSeries } from '../../market/model/candle.ts';
import type { Market, Markets } from '../../market/model/market.ts';
import { requireMarket, requireMarkets } from '../../market/model/not-found.ts';
import type { OrderBook } from '../../market/model/order-book.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import type { Trade } from '../../market/model/trade.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
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
  /** With `since` (epoch ms), the candles that begin then or later are sent first. */
  candles(series: CandleSeries, since: number | null): Promise<LiveEvents<Candle>>;
  orderBook(exchange: string, symbol: string, limit: number): Promise<FeedSubscription<OrderBook>>;
  /** With `since` (epoch ms), the trades from then on are sent first. */
  trades(market: MarketRef, since: number | null): Promise<LiveEvents<readonly Trade[]>>;
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
      withDeadline(clock, endAt - clock.now(), promise, () => why() ?? nothingCame(request.exchange, timeoutMs));
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

  return {
    ticker: (exchange, symbol) => startOne(exchange, symbol, () => feeds.tickers(exchange, [symbol])),
    tickers: (exchange, symbols, skipUnknown) => {
      const check = (markets: Markets): readonly string[] => requireMarkets(exchange, symbols, markets, skipUnknown);
      return start({ exchange, symbols, check }, (known) => feeds.tickers(exchange, known));
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
    derivatives: createDerivativeOperations({ feeds: feeds.derivatives, marketData, startOne }),
  };
}

function nothingCame(exchange: string, timeoutMs: number): MarketDataError {
  const message = `${exchange} sent nothing that could be delivered within ${timeoutMs} ms; try again.`;
  return new MarketDataError('TIMEOUT', message, { exchange });
}
