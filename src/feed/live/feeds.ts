import { MarketDataError } from '../../market/errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import { type AllTickers, type AllTickersQuery, isSameScreen } from '../../market/model/all-tickers.ts';
import { type Candle, type CandleSeries, isSameCandle } from '../../market/model/candle.ts';
import { isSameBook, type OrderBook } from '../../market/model/order-book.ts';
import { isUnchanged, type Ticker } from '../../market/model/ticker.ts';
import type { Trade } from '../../market/model/trade.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type { MarketStreams, OpenCandles, StreamKind } from '../../market/ports/market-streams.ts';
import type { FeedState } from '../kinds/feed-state.ts';
import { CallLimiter } from '../polling/call-limiter.ts';
import { ExchangeHealth, type OnHealth } from '../polling/exchange-health.ts';
import type { FeedTiming } from '../polling/feed-timing.ts';
import type { ResumedSubscription } from '../resume/resumed-subscription.ts';
import type { FeedSubscription } from '../topics/feed-subscription.ts';
import type { SharableTopic, TopicSubscriber } from '../topics/topic-subscriber.ts';
import { Watchdog } from '../topics/watchdog.ts';
import { createDerivativeFeeds, type DerivativeFeeds } from './derivative-feeds.ts';
import { createLiveKinds, type LiveKinds } from './live-kinds.ts';
import { type LiveValue, toLiveValue } from './live-value.ts';
import { ResumedFeeds } from './resumed-feeds.ts';

/** Numbers of live topics, streams and polls. All become zero once there has been no subscriber for the linger time. */
export interface FeedCounts {
  /** Combinations of market and kind of data that have subscribers, or had some within the linger time. */
  readonly topics: number;
  /** Open streams that can push data: at most one for each topic. */
  readonly streams: number;
  /** Poll groups that are polling at the moment. */
  readonly polls: number;
  readonly subscribers: number;
}

/**
 * Live market data of all exchanges. Each market and kind of data has one stream and one poll, however many clients are
 * subscribed. Each subscription sends the latest known value at once, then each change. A slow client can miss changes
 * in between, but never the latest one. Candles and trades are never left out: a subscription whose client is too slow
 * for them ends with SLOW_CONSUMER. While an exchange fails, tickers, books and the forming candle are sent once more,
 * marked stale, and trades wait; after the failure, what was missed follows. An error is the last event of a
 * subscription. It is sent if something was missed that no call can bring, if none of the symbols exists, and if the
 * exchange cannot serve data that no subscriber has received yet.
 *
 * Every method that subscribes throws EXCHANGE_NOT_FOUND, BAD_USER_INPUT without any symbol, and EXCHANGE_UNAVAILABLE
 * after `close()`.
 */
export interface Feeds {
  tickers(exchange: string, symbols: readonly string[]): FeedSubscription<Ticker>;
  /** The same for markets of several exchanges. */
  watchlist(markets: readonly MarketRef[]): FeedSubscription<Ticker>;
  /** Adds a subscriber of another class to the tickers of one market. It must leave the topic when it ends. */
  joinTicker(market: MarketRef, subscriber: TopicSubscriber<Ticker>): SharableTopic<Ticker>;
  candles(exchange: string, symbol: string, timeframe: string): FeedSubscription<Candle>;
  /** Books can contain more levels than `limit`. */
  orderBook(exchange: string, symbol: string, limit: number): FeedSubscription<OrderBook>;
  trades(exchange: string, symbol: string): FeedSubscription<readonly Trade[]>;
  /** The tickers of all markets of an exchange, or of one type. */
  allTickers(query: AllTickersQuery): FeedSubscription<AllTickers>;
  /**
   * First sends the candles that begin at `since` (epoch ms) or later, then continues with `live`: a new subscription
   * to candles that has not been read, which this method takes over. Rejects with BAD_USER_INPUT if there are too many
   * candles or the exchange no longer serves them, with OVERLOADED, and with the errors of the calls. Calls that fail
   * with a retryable error are repeated until `endAt` (epoch ms, by default now).
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
  /** The latest known value of a live market; null for any other market. */
  liveTicker(exchange: string, symbol: string): LiveValue<Ticker> | null;
  /** The feed's order book of a market. It is not current if no subscriber wants as many levels as `limit`. */
  liveOrderBook(exchange: string, symbol: string, limit: number): LiveValue<OrderBook> | null;
  liveAllTickers(query: AllTickersQuery): LiveValue<AllTickers> | null;
  readonly derivatives: DerivativeFeeds;
  /** The topics of all kinds, for subscribers of other classes. Throws as the methods that subscribe do. */
  kindsOf(exchange: string): LiveKinds;
  /** Sends subscribers a value that was fetched for a query. */
  offerTicker(ticker: Ticker): void;
  readonly counts: FeedCounts;
  /** How many historical candles and trades are waiting to be sent. */
  readonly heldHistory: number;
  /** The current state of each topic. */
  readonly states: readonly FeedState[];
  /** Ends every stream, poll and subscriber. */
  close(): void;
}

export interface FeedsOptions extends FeedTiming {
  readonly marketData: MarketData;
  readonly streams: MarketStreams;
  /** Opens streams of candles, including timeframes that the exchange lacks. */
  readonly openCandles: OpenCandles;
  readonly onHealth: OnHealth;
}

const maxCheckIntervalMs = 1000;

export function createFeeds(options: FeedsOptions): Feeds {
  const { marketData, streams, openCandles, onHealth, ...timing } = options;
  const { clock, silenceMs, staleMaxMs } = timing;
  const watchdog = new Watchdog({
    clock,
    intervalMs: Math.min(maxCheckIntervalMs, Math.max(1, silenceMs / 4)),
    check: () => {
      for (const kind of kinds) for (const topic of kind.topics) topic.checkSilence();
    },
  });
  const common = {
    timing,
    offersStream: (exchange: string, kind: StreamKind) => streams.offers(exchange, kind),
    health: new ExchangeHealth(onHealth, (exchange) => {
      for (const kind of kinds) kind.onAnswer(exchange);
    }),
    onStreams: (change: 1 | -1) => watchdog.onStreams(change),
  };
  const upstream = { marketData, streams, openCandles, clock, staleMaxMs, limiter: new CallLimiter() };
  const kindsByName = createLiveKinds(upstream, common);
  const kinds = Object.values(kindsByName);
  const { ticker: tickers, orderBook: orderBooks, candles, trades, allTickers } = kindsByName;
  const resumed = new ResumedFeeds({
    marketData,
    clock,
    findCandles: (series) => candles.find(series)?.reconciler,
    findTrades: (market) => trades.find(market)?.reconciler,
  });
  const closing = new AbortController();

  function requireOpen(id: string): string {
    const exchange = marketData.exchange(id).id;
    if (closing.signal.aborted) {
      throw new MarketDataError('EXCHANGE_UNAVAILABLE', 'This server is stopping.', { exchange });
    }
    return exchange;
  }

  return {
    tickers: (id, symbols) => {
      const exchange = requireOpen(id);
      if (symbols.length === 0) {
        throw new MarketDataError('BAD_USER_INPUT', 'symbols is empty; give at least one.', { exchange });
      }
      const requests = symbols.map((symbol) => ({ exchange, symbol }));
      return tickers.subscribe(requests, { isSame: isUnchanged });
    },
    watchlist: (markets) => {
      const requests = markets.map(({ exchange, symbol }) => ({ exchange: requireOpen(exchange), symbol }));
      return tickers.subscribe(requests, { isSame: isUnchanged });
    },
    joinTicker: ({ exchange, symbol }, subscriber) =>
      tickers.join({ exchange: requireOpen(exchange), symbol }, subscriber),
    candles: (id, symbol, timeframe) =>
      candles.subscribe([{ exchange: requireOpen(id), symbol, timeframe }], { isSame: isSameCandle }),
    orderBook: (id, symbol, limit) =>
      orderBooks.subscribe([{ exchange: requireOpen(id), symbol }], {
        claim: ({ coverage }) => coverage.claim(limit),
        isSame: (taken, next) => isSameBook(taken, next, limit),
      }),
    trades: (id, symbol) => trades.subscribe([{ exchange: requireOpen(id), symbol }]),
    allTickers: ({ exchange, type }) =>
      allTickers.subscribe([{ exchange: requireOpen(exchange), symbol: '', type }], { isSame: isSameScreen }),
    resumeCandles: (live, series, since, endAt = clock.now()) => resumed.candles(live, series, since, endAt),
    resumeTrades: (live, market, since, endAt = clock.now()) => resumed.trades(live, market, since, endAt),
    liveTicker: (exchange, symbol) => toLiveValue(tickers.find({ exchange, symbol })),
    liveOrderBook: (exchange, symbol, limit) => {
      const topic = orderBooks.find({ exchange, symbol });
      const live = toLiveValue(topic);
      return live && !topic?.reconciler.coverage.holds(live.value, limit) ? { ...live, isCurrent: false } : live;
    },
    liveAllTickers: ({ exchange, type }) => toLiveValue(allTickers.find({ exchange, symbol: '', type })),
    derivatives: createDerivativeFeeds(kindsByName, requireOpen),
    kindsOf: (exchange) => {
      requireOpen(exchange);
      return kindsByName;
    },
    offerTicker: (ticker) => {
      const { exchange, symbol, receivedAt } = ticker;
      tickers.offer({ exchange, symbol }, ticker, receivedAt);
    },
    get counts() {
      const topics = kinds.flatMap((kind) => [...kind.topics]);
      const subscribers = new Set(topics.flatMap((topic) => [...topic.subscribers]));
      return {
        topics: topics.length,
        streams: topics.filter(({ hasStream }) => hasStream).length,
        polls: kinds.reduce((sum, kind) => sum + kind.pollCount, 0),
        subscribers: subscribers.size,
      };
    },
    get heldHistory() {
      return resumed.heldHistory;
    },
    get states() {
      return kinds.flatMap((kind) => kind.states);
    },
    close: () => {
      closing.abort();
      watchdog.stop();
      for (const kind of kinds) kind.close();
    },
  };
}
