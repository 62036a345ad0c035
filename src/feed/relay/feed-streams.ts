import type { Clock } from '../../base/clock.ts';
import type { Candle } from '../../market/model/candle.ts';
import type { Liquidation } from '../../market/model/derivatives/liquidation.ts';
import { type OrderBook, toDepth } from '../../market/model/order-book.ts';
import type { Trade } from '../../market/model/trade.ts';
import type {
  MarketStreams,
  Stream,
  StreamedCandle,
  StreamKind,
  StreamListener,
  StreamMessages,
  StreamRequest,
} from '../../market/ports/market-streams.ts';
import type { LiveKind } from '../kinds/live-kind.ts';
import type { Feeds } from '../live/feeds.ts';
import type { LiveKinds } from '../live/live-kinds.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';
import type { TradeReconciler } from '../reconcile/trade-reconciler.ts';
import type { TopicSubscriber } from '../topics/topic-subscriber.ts';
import { depthOf, joinBook } from './relayed-book.ts';
import { type JoinedTopic, TopicRelay } from './topic-relay.ts';
import type { TradeLogs } from './trade-logs.ts';

export interface FeedStreamsOptions {
  readonly feeds: Pick<Feeds, 'kindsOf'>;
  /** The streams of the feeds. */
  readonly streams: Pick<MarketStreams, 'offers'>;
  readonly clock: Clock;
  readonly logs: TradeLogs;
}

type Openers = {
  readonly [K in StreamKind]: (request: StreamRequest<K>, listener: StreamListener<StreamMessages[K]>) => Stream;
};

/**
 * The live values of this instance's feeds as streams, for other instances. The feeds have values of every kind, except
 * for liquidations, which only streams of an exchange bring.
 */
export function createFeedStreams({ feeds, streams, clock, logs }: FeedStreamsOptions): MarketStreams {
  const kindsOf = ({ exchange }: TopicRequest): LiveKinds => feeds.kindsOf(exchange);

  /** Relays a kind of data of which only the newest value counts. */
  function relayLatest<V, R extends Reconciler<V, V>>(
    request: TopicRequest,
    listener: StreamListener<V>,
    kind: () => LiveKind<V, V, R>,
  ): Stream {
    return new TopicRelay<V, V>({
      join: (subscriber) => joinTopic(kind(), request, subscriber),
      toMessage: (value) => value,
      toConfirmation: (latest) => latest ?? null,
      ...{ listener, clock },
    });
  }

  const openers: Openers = {
    ticker: (request, listener) => relayLatest(request, listener, () => kindsOf(request).ticker),
    fundingRate: (request, listener) => relayLatest(request, listener, () => kindsOf(request).fundingRate),
    openInterest: (request, listener) => relayLatest(request, listener, () => kindsOf(request).openInterest),
    allTickers: (request, listener) => relayLatest(request, listener, () => kindsOf(request).allTickers),
    orderBook: (request, listener) =>
      new TopicRelay<OrderBook, OrderBook>({
        join: (subscriber) => joinBook({ kind: kindsOf(request).orderBook, request, subscriber, clock }),
        toMessage: (book) => toDepth(book, depthOf(request)),
        toConfirmation: (book) => (book ? toDepth(book, depthOf(request)) : null),
        ...{ listener, clock },
      }),
    candles: (request, listener) =>
      new TopicRelay<Candle, readonly StreamedCandle[]>({
        join: (subscriber) => joinTopic(kindsOf(request).candles, request, subscriber),
        toMessage: (candle) => [candle.closed ? { ...candle, isFinal: true } : candle],
        toConfirmation: () => [],
        ...{ listener, clock },
      }),
    trades: (request, listener) =>
      new TopicRelay<readonly Trade[], readonly Trade[]>({
        join: (subscriber) => {
          const release = logs.hold(request);
          const { topic, leave } = joinTopic(kindsOf(request).trades, request, subscriber);
          return {
            topic,
            leave: () => {
              leave();
              release();
            },
          };
        },
        toMessage: (trades) => {
          const topic = kindsOf(request).trades.find(request);
          return topic?.hasStream ? trades.map((trade) => asStreamed(trade, topic.reconciler)) : trades;
        },
        toConfirmation: () => [],
        ...{ listener, clock },
      }),
    liquidations: (request, listener) =>
      new TopicRelay<readonly Liquidation[], readonly Liquidation[]>({
        join: (subscriber) => joinTopic(kindsOf(request).liquidations, request, subscriber),
        toMessage: (liquidations) => liquidations,
        toConfirmation: () => [],
        ...{ listener, clock },
      }),
  };

  return {
    offers: (exchange, kind) => {
      feeds.kindsOf(exchange);
      return kind !== 'liquidations' || streams.offers(exchange, kind);
    },
    open: (request, listener) => openers[request.kind](request, listener),
  };
}

/** The trade, marked as one whose id does not distinguish it if the exchange's stream may have another id for it. */
function asStreamed(trade: Trade, reconciler: TradeReconciler): Trade {
  return reconciler.hasOnlyFetchedId(trade) ? Object.freeze({ ...trade, nth: 1 }) : trade;
}

function joinTopic<T, V, R extends Reconciler<T, V>>(
  kind: LiveKind<T, V, R>,
  { exchange, symbol, timeframe, type }: TopicRequest,
  subscriber: TopicSubscriber<V>,
): JoinedTopic<V> {
  const request = {
    ...{ exchange, symbol },
    ...(timeframe === undefined ? {} : { timeframe }),
    ...(type === undefined ? {} : { type }),
  };
  const topic = kind.join(request, subscriber);
  return { topic, leave: () => topic.remove(subscriber) };
}
