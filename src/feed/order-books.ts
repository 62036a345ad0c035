import type { LimitFunction } from 'p-limit';
import type { Clock } from '../market/clock.ts';
import { MarketDataError } from '../market/error.ts';
import type { MarketData } from '../market/market-data.ts';
import type { MarketStreams } from '../market/market-streams.ts';
import { isSameBook, type OrderBook } from '../market/order-book.ts';
import { LatestJournal } from './latest-journal.ts';
import type { KindRules } from './live-kind.ts';

export interface OrderBookRulesOptions {
  readonly marketData: Pick<MarketData, 'fetchOrderBook'>;
  readonly streams: Pick<MarketStreams, 'open'>;
  readonly clock: Clock;
  readonly staleMaxMs: number;
  /** Runs at most so many polls of an exchange at a time. */
  readonly limiterOf: (exchange: string) => LimitFunction;
}

/** Live order books, each polled by itself. */
export function createOrderBookRules(options: OrderBookRulesOptions): KindRules<OrderBook, OrderBook> {
  const { marketData, streams, clock, staleMaxMs, limiterOf } = options;
  return {
    kind: 'orderBook',
    mostWaiting: 1,
    createJournal: ({ symbol }) =>
      new LatestJournal<OrderBook>({
        key: symbol,
        clock,
        staleMaxMs,
        isSame: isSameBook,
        hasMoved: (previous, next) => !isSameBook(previous, next, 1),
        toStale: (book) => Object.freeze({ ...book, stale: true }),
      }),
    laneOf: ({ exchange, symbol }) => `${exchange} ${symbol}`,
    openStream: (request, listener, depth) => streams.open({ ...request, kind: 'orderBook', depth }, listener),
    fetch: async (topics, origin, onOutcome) => {
      for (const topic of topics) {
        const { exchange, symbol } = topic.request;
        const ask = () =>
          marketData.fetchOrderBook(
            { exchange, symbol, limit: topic.depth },
            origin === 'poll' ? { maxAgeMs: 0 } : undefined,
          );
        onOutcome(topic, await limiterOf(exchange)(ask).catch(toError));
      }
    },
  };
}

/** What a call on the port rejected with. Anything but a MarketDataError is a mistake of ours and becomes one. */
export function toError(error: unknown): MarketDataError {
  if (error instanceof MarketDataError) return error;
  return new MarketDataError('INTERNAL_SERVER_ERROR', 'Something went wrong on this server.', { cause: error });
}
