import { isSameBook, type OrderBook } from '../../market/model/order-book.ts';
import { LatestReconciler } from '../reconcile/latest-reconciler.ts';
import type { Topic } from '../topics/topic.ts';
import type { KindSource } from './kind-source.ts';
import { fetchEach } from './single-fetch.ts';
import type { Upstream } from './upstream.ts';

/** Live order books, each polled by itself. */
export function createOrderBookSource(options: Upstream): KindSource<OrderBook, OrderBook> {
  const { marketData, streams, clock, staleMaxMs, limiterOf } = options;
  return {
    kind: 'orderBook',
    maxWaiting: 1,
    createReconciler: ({ symbol }) =>
      new LatestReconciler<OrderBook>({
        key: symbol,
        clock,
        staleMaxMs,
        isSame: isSameBook,
        hasMoved: (previous, next) => !isSameBook(previous, next, 1),
        toStale: (book) => Object.freeze({ ...book, stale: true }),
      }),
    groupOf: ({ exchange, symbol }) => `${exchange} ${symbol}`,
    openStream: (request, listener, depth) => streams.open({ ...request, kind: 'orderBook', depth }, listener),
    fetch: (topics, origin, onOutcome) => {
      const options = origin === 'poll' ? { maxAgeMs: 0 } : undefined;
      const ask = async ({ request: { exchange, symbol }, depth }: Topic<OrderBook, OrderBook>): Promise<OrderBook> =>
        (await marketData.fetchOrderBook({ exchange, symbol, limit: depth }, options)).value;
      return fetchEach(topics, origin, limiterOf, ask, onOutcome);
    },
  };
}
