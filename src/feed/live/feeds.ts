import pLimit, { type LimitFunction } from 'p-limit';
import { MarketDataError } from '../../market/errors.ts';
import { type MarketRef, marketKind } from '../../market/market-ref.ts';
import { type Candle, type CandleSeries, isSameCandle } from '../../market/model/candle.ts';
import { isSameBook, type OrderBook } from '../../market/model/order-book.ts';
import { isUnchanged, type Ticker } from '../../market/model/ticker.ts';
import type { Trade } from '../../market/model/trade.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type { MarketStreams, OpenCandles, StreamKind } from '../../market/ports/market-streams.ts';
import { createCandleSource } from '../kinds/candles.ts';
import type { FeedState } from '../kinds/feed-state.ts';
import { Health, type OnHealth } from '../kinds/health.ts';
import { LiveKind, latestValue } from '../kinds/live-kind.ts';
import { createOrderBookSource } from '../kinds/order-books.ts';
import { createTickerSource } from '../kinds/tickers.ts';
import type { Timing } from '../kinds/timing.ts';
import { createTradeSource } from '../kinds/trades.ts';
import { CandleReconciler } from '../reconcile/candle-reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import { type LiveTrades, TradeReconciler } from '../reconcile/trade-reconciler.ts';
import { HistoryBudget } from '../resume/backlog.ts';
import { resumeCandles } from '../resume/candles.ts';
import type { ResumedSubscription } from '../resume/resumed-subscription.ts';
import { SharedCalls } from '../resume/shared-calls.ts';
import { resumeTrades } from '../resume/trades.ts';
import type { FeedSubscription } from '../topics/feed-subscription.ts';
import type { Topic } from '../topics/topic.ts';
import { Watchdog } from '../topics/watchdog.ts';

/** How much is live; all zero once nobody has been subscribed for the linger time. */
export interface FeedCounts {
  /** One for each market and kind of data that has subscribers, or had some a moment ago. */
  readonly topics: number;
  /** Open streams: one for each topic whose exchange pushes its data. */
  readonly streams: number;
  /** Polls that are under way at the moment. */
  readonly polls: number;
  readonly subscribers: number;
}

/** A value of the feed, for queries. */
export interface LiveValue<V> {
  readonly value: V;
  /** True while a stream or polls keep it up to date, so that a fetch would bring nothing better. */
  readonly isCurrent: boolean;
}

/**
 * Live market data of every exchange: one upstream for each market and kind of data, however many subscribers there are.
 * Each subscription sends the latest known value at once, then each change. A slow reader misses changes in between, but
 * never the latest one. No closed candle and no trade is left out; a reader that is too slow for that is ended with
 * SLOW_CONSUMER. While an exchange fails, tickers, books and the forming candle are sent once more, marked stale, and
 * trades wait; what was missed follows later. An error is the last event of a subscription. It comes if something was
 * missed that no fetch brings, if the last of its symbols does not exist, and if the exchange cannot serve data of which
 * nothing has been received yet.
 *
 * Every method that subscribes throws EXCHANGE_NOT_FOUND, BAD_USER_INPUT without any symbol, and EXCHANGE_UNAVAILABLE
 * after `close()`.
 */
export interface Feeds {
  tickers(exchange: string, symbols: readonly string[]): FeedSubscription<Ticker>;
  candles(exchange: string, symbol: string, timeframe: string): FeedSubscription<Candle>;
  /** Books may hold more levels than `limit`. */
  orderBook(exchange: string, symbol: string, limit: number): FeedSubscription<OrderBook>;
  trades(exchange: string, symbol: string): FeedSubscription<readonly Trade[]>;
  /**
   * Sends first the candles that begin at `since` (epoch ms) or later, then goes on as `live`, a new subscription of
   * `candles` that nobody has read, which it takes over. Rejects with BAD_USER_INPUT if there are too many candles or the
   * exchange no longer serves them, with OVERLOADED, and with what fails. A failure that may pass is retried until `endAt`
   * (epoch ms; now if left out).
   */
  resumeCandles(
    live: FeedSubscription<Candle>,
    series: CandleSeries,
    since: number,
    endAt?: number,
  ): Promise<ResumedSubscription<Candle>>;
  /** The same for trades, from `since` on. */
  resumeTrades(
    live: FeedSubscription<readonly Trade[]>,
    market: MarketRef,
    since: number,
    endAt?: number,
  ): Promise<ResumedSubscription<readonly Trade[]>>;
  /** The feed's ticker of a market; null if the market is not live. */
  liveTicker(exchange: string, symbol: string): LiveValue<Ticker> | null;
  /** The feed's book of a market; not current if no subscriber wants as many levels as `limit`. */
  liveOrderBook(exchange: string, symbol: string, limit: number): LiveValue<OrderBook> | null;
  /** Gives subscribers a ticker that was fetched for a query. */
  offerTicker(ticker: Ticker): void;
  readonly counts: FeedCounts;
  /** How many candles and trades of the past are waiting to be sent. */
  readonly heldHistory: number;
  /** The state of each topic at the moment. */
  readonly states: readonly FeedState[];
  /** Ends every upstream and every subscriber. */
  close(): void;
}

export interface FeedsOptions extends Timing {
  readonly marketData: MarketData;
  readonly streams: MarketStreams;
  /** Opens streams of candles, including timeframes that exchanges lack. */
  readonly openCandles: OpenCandles;
  readonly onHealth: OnHealth;
}

/**
 * How many polls of single markets of one kind run at a time per exchange, and how many first fetches in parallel to
 * them: few, because a query waits behind them in ccxt's throttle.
 */
const parallelCalls = 2;

const maxCheckMs = 1000;

/** For a market that is no longer live. */
const nothingKnown: LiveTrades = { newest: null, hasFetchedId: () => true };

export function createFeeds(options: FeedsOptions): Feeds {
  const { marketData, streams, openCandles, onHealth, ...timing } = options;
  const { clock, silenceMs, staleMaxMs } = timing;
  const limiters = new Map<string, LimitFunction>();
  const budget = new HistoryBudget();
  const newestTrades = new SharedCalls<readonly Trade[]>();
  const tradePages = new SharedCalls<readonly Trade[]>();
  let streamCount = 0;
  let closed = false;

  function limiterOf({ exchange, symbol }: TopicRequest, origin: 'fetch' | 'poll'): LimitFunction {
    const key = `${exchange} ${marketKind(symbol)} ${origin}`;
    const limiter = limiters.get(key) ?? pLimit(parallelCalls);
    limiters.set(key, limiter);
    return limiter;
  }

  const common = {
    ...timing,
    offersStream: (exchange: string, kind: StreamKind) => streams.offers(exchange, kind),
    health: new Health(onHealth, (exchange) => {
      for (const kind of kinds) kind.onAnswer(exchange);
    }),
    onStreams: countStreams,
  };
  const upstream = { marketData, streams, openCandles, clock, staleMaxMs, limiterOf };
  const tickers = new LiveKind(createTickerSource(upstream), common);
  const orderBooks = new LiveKind(createOrderBookSource(upstream), common);
  const candles = new LiveKind(createCandleSource(upstream), common);
  const trades = new LiveKind(createTradeSource(upstream), common);
  const kinds = [tickers, orderBooks, candles, trades];
  const watchdog = new Watchdog({
    clock,
    intervalMs: Math.min(maxCheckMs, Math.max(1, silenceMs / 4)),
    check: () => {
      for (const kind of kinds) for (const topic of kind.topics) topic.checkSilence();
    },
  });

  function countStreams(change: 1 | -1): void {
    streamCount += change;
    if (streamCount > 0) watchdog.start();
    else watchdog.stop();
  }

  function open(id: string): string {
    const exchange = marketData.exchange(id).id;
    if (closed) throw new MarketDataError('EXCHANGE_UNAVAILABLE', 'This server is stopping.', { exchange });
    return exchange;
  }

  function toLive<V extends { readonly stale: boolean }>(topic: Topic<V, V> | undefined): LiveValue<V> | null {
    const value = topic && latestValue(topic);
    if (!topic || !value) return null;
    const isCurrent = !value.stale && (topic.isStreamed || topic.isPolled);
    return { value, isCurrent };
  }

  return {
    tickers: (id, symbols) => {
      const exchange = open(id);
      if (symbols.length === 0) {
        throw new MarketDataError('BAD_USER_INPUT', 'symbols is empty; give at least one.', { exchange });
      }
      const requests = symbols.map((symbol) => ({ exchange, symbol }));
      return tickers.subscribe(requests, { isSame: isUnchanged });
    },
    candles: (id, symbol, timeframe) => {
      const exchange = open(id);
      return candles.subscribe([{ exchange, symbol, timeframe }], { isSame: isSameCandle });
    },
    orderBook: (id, symbol, limit) => {
      const exchange = open(id);
      return orderBooks.subscribe([{ exchange, symbol }], {
        depth: limit,
        isSame: (seen, next) => isSameBook(seen, next, limit),
      });
    },
    trades: (id, symbol) => {
      const exchange = open(id);
      return trades.subscribe([{ exchange, symbol }]);
    },
    resumeCandles: (live, given, since, endAt = clock.now()) => {
      const series = { ...given, exchange: marketData.exchange(given.exchange).id };
      const reconciler = candles.find(series)?.reconciler;
      const lastClosed = (): Candle | null => (reconciler instanceof CandleReconciler ? reconciler.closed : null);
      return resumeCandles({ live, series, since, endAt, lastClosed, marketData, clock, budget });
    },
    resumeTrades: (live, { exchange, symbol }, since, endAt = clock.now()) => {
      const market = { exchange: marketData.exchange(exchange).id, symbol };
      const reconciler = trades.find(market)?.reconciler;
      const known = reconciler instanceof TradeReconciler ? reconciler : nothingKnown;
      const calls = { marketData, newest: newestTrades, pages: tradePages };
      const history = { ...market, since, ...calls };
      return resumeTrades({ ...history, endAt, live, known, clock, budget });
    },
    liveTicker: (exchange, symbol) => toLive(tickers.find({ exchange, symbol })),
    liveOrderBook: (exchange, symbol, limit) => {
      const topic = orderBooks.find({ exchange, symbol });
      const live = toLive(topic);
      return live && topic && !isDeepEnough(live.value, limit, topic.askedDepth) ? { ...live, isCurrent: false } : live;
    },
    offerTicker: (ticker) =>
      tickers.offer({ exchange: ticker.exchange, symbol: ticker.symbol }, ticker, ticker.receivedAt),
    get counts() {
      const topics = kinds.flatMap((kind) => [...kind.topics]);
      const subscribers = new Set(topics.flatMap((topic) => [...topic.subscribers]));
      return {
        topics: topics.length,
        streams: streamCount,
        polls: kinds.reduce((sum, kind) => sum + kind.pollCount, 0),
        subscribers: subscribers.size,
      };
    },
    get heldHistory() {
      return budget.held;
    },
    get states() {
      return kinds.flatMap((kind) => kind.states);
    },
    close: () => {
      closed = true;
      watchdog.stop();
      for (const kind of kinds) kind.close();
    },
  };
}

/** False if the book may lack levels, because no subscriber wants that many or the stream does not carry more. */
function isDeepEnough({ bids, asks }: OrderBook, limit: number, askedDepth: number): boolean {
  return limit <= askedDepth || limit <= Math.min(bids.length, asks.length);
}
