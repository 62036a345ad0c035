import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Candle, CandleSeries } from '../../market/model/candle.ts';
import type { Markets } from '../../market/model/market.ts';
import { requireMarket, requireMarkets } from '../../market/model/not-found.ts';
import type { OrderBook } from '../../market/model/order-book.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import type { Trade } from '../../market/model/trade.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type { ResumedSubscription } from '../resume/resumed-subscription.ts';
import type { FeedSubscription } from '../topics/feed-subscription.ts';
import type { Feeds } from './feeds.ts';

export interface LiveOperationsOptions {
  readonly feeds: Feeds;
  readonly marketData: Pick<MarketData, 'fetchMarkets'>;
  readonly clock: Clock;
  /** How long an operation may wait for its first event, in ms. */
  readonly timeoutMs: number;
}

/** Events from now on, or from an instant in the past on. */
export type LiveEvents<V> = FeedSubscription<V> | ResumedSubscription<V>;

interface Request {
  readonly exchange: string;
  readonly symbols: readonly string[];
  /** The symbols that exist, or may. Throws SYMBOL_NOT_FOUND. */
  readonly check: (markets: Markets) => readonly string[];
}

/**
 * The live operations that clients start. Each resolves once it has something to deliver, or its exchange works and has
 * nothing yet (a market without trades). It rejects with the reason why it is refused: SYMBOL_NOT_FOUND, what the feed
 * throws or ends with, and, after `timeoutMs`, why nothing could be delivered.
 */
export interface LiveOperations {
  ticker(exchange: string, symbol: string): Promise<FeedSubscription<Ticker>>;
  /** Unknown symbols refuse it, all of them named, or are left out with `skipUnknown`; one of them must exist. */
  tickers(exchange: string, symbols: readonly string[], skipUnknown: boolean): Promise<FeedSubscription<Ticker>>;
  /** With `since` (epoch ms), the candles that begin then or later come first. */
  candles(series: CandleSeries, since: number | null): Promise<LiveEvents<Candle>>;
  orderBook(exchange: string, symbol: string, limit: number): Promise<FeedSubscription<OrderBook>>;
  /** With `since` (epoch ms), the trades from then on come first. */
  trades(market: Pick<Trade, 'exchange' | 'symbol'>, since: number | null): Promise<LiveEvents<readonly Trade[]>>;
}

export function createLiveOperations({ feeds, marketData, clock, timeoutMs }: LiveOperationsOptions): LiveOperations {
  /** Checks symbols, where the markets are known: a failure that may pass is left to the polls, which keep their pace. */
  async function check({ exchange, check }: Request): Promise<readonly string[] | null> {
    try {
      return check(await marketData.fetchMarkets(exchange));
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
      // What works now has listed its markets.
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
  ): Promise<FeedSubscription<V>> {
    const check = (markets: Markets): readonly string[] => [requireMarket(exchange, symbol, markets).symbol];
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
  };
}

function nothingCame(exchange: string, timeoutMs: number): MarketDataError {
  const message = `${exchange} sent nothing that could be delivered within ${timeoutMs} ms; try again.`;
  return new MarketDataError('TIMEOUT', message, { exchange });
}
