import pLimit, { type LimitFunction } from 'p-limit';
import { MarketDataError } from '../../market/errors.ts';
import { marketKind } from '../../market/market-ref.ts';
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

/** How much is live; all zero when nobody listens and the linger time has passed. */
export interface FeedCounts {
  /** Markets times kinds of data that are listened to, or were a moment ago. */
  readonly topics: number;
  /** Streams that are open, one for each topic whose exchange has them. */
  readonly streams: number;
  /** Polls that are running at the moment. */
  readonly polls: number;
  readonly subscribers: number;
}

/** A value that the feed knows, for queries. */
export interface LiveValue<V> {
  readonly value: V;
  /** True while stream or poll keep it up to date, so that a fetch would be no better. */
  readonly isCurrent: boolean;
}

/**
 * Live market data of every exchange: one upstream for each market and kind of data however many listen. Each
 * subscription tells the latest known at once, then each change; a slow reader misses changes in between, never the
 * latest, except that no closed candle and no trade is left out (a reader that is too slow for that is ended with
 * SLOW_CONSUMER). While an exchange fails, tickers, books and the forming candle come once more, marked stale, and trades
 * wait; what was missed follows. An error is the last event of a subscription: it comes where something was missed that no
 * fetch brings, where the last of its symbols does not exist, and where an exchange cannot serve what nobody has received
 * yet.
 *
 * Each throws EXCHANGE_NOT_FOUND, BAD_USER_INPUT without any symbol, and EXCHANGE_UNAVAILABLE after `close()`.
 */
export interface Feeds {
  tickers(exchange: string, symbols: readonly string[]): FeedSubscription<Ticker>;
  candles(exchange: string, symbol: string, timeframe: string): FeedSubscription<Candle>;
  /** Books may hold more levels than the `limit` that is listened to. */
  orderBook(exchange: string, symbol: string, limit: number): FeedSubscription<OrderBook>;
  trades(exchange: string, symbol: string): FeedSubscription<readonly Trade[]>;
  /**
   * Sends first the candles that begin at `since` (epoch ms) or later, then goes on as `live`, which it takes over: a new
   * subscription of `candles` that nobody has read. Rejects with BAD_USER_INPUT where they are too many or the exchange no
   * longer serves them, OVERLOADED, and what fails. What may pass before `endAt` (epoch ms, now if left out) is waited for.
   */
  resumeCandles(
    live: FeedSubscription<Candle>,
    series: CandleSeries,
    since: number,
    endAt?: number,
  ): Promise<ResumedSubscription<Candle>>;
  /** The same of trades, from `since` on. */
  resumeTrades(
    live: FeedSubscription<readonly Trade[]>,
    market: Pick<Trade, 'exchange' | 'symbol'>,
    since: number,
    endAt?: number,
  ): Promise<ResumedSubscription<readonly Trade[]>>;
  /** What is known of a market that is live; null of any other. */
  liveTicker(exchange: string, symbol: string): LiveValue<Ticker> | null;
  /** Not current where nobody listens to as many levels as `limit`. */
  liveOrderBook(exchange: string, symbol: string, limit: number): LiveValue<OrderBook> | null;
  /** Tells who listens what was fetched for a query. */
  offerTicker(ticker: Ticker): void;
  readonly counts: FeedCounts;
  /** Candles and trades of the past that subscriptions have not sent yet. */
  readonly heldHistory: number;
  /** How each topic is at the moment. */
  readonly states: readonly FeedState[];
  /** Ends every upstream and every subscriber. */
  close(): void;
}

export interface FeedsOptions extends Timing {
  readonly marketData: MarketData;
  readonly streams: MarketStreams;
  /** Opens streams of candles, of timeframes that exchanges lack too. */
  readonly openCandles: OpenCandles;
  readonly onHealth: OnHealth;
}

/**
 * How many polls of single markets of one kind an exchange is sent at a time, and how many first fetches beside them: few,
 * since in ccxt's throttle a query waits behind them.
 */
const parallelCalls = 2;

const longestCheckMs = 1000;

/** Of a market that is live no more. */
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
    intervalMs: Math.min(longestCheckMs, Math.max(1, silenceMs / 4)),
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
      const { fetchCandles } = marketData;
      return resumeCandles({ live, series, since, endAt, lastClosed, fetchCandles, clock, budget });
    },
    resumeTrades: (live, { exchange, symbol }, since, endAt = clock.now()) => {
      const market = { exchange: marketData.exchange(exchange).id, symbol };
      const reconciler = trades.find(market)?.reconciler;
      const known = reconciler instanceof TradeReconciler ? reconciler : nothingKnown;
      const calls = { fetchTrades: marketData.fetchTrades, newest: newestTrades, pages: tradePages };
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

/** True unless the book may lack levels because nobody asked for so many, or because the stream ends there. */
function isDeepEnough({ bids, asks }: OrderBook, limit: number, askedDepth: number): boolean {
  return limit <= askedDepth || limit <= Math.min(bids.length, asks.length);
}
