import type { OrderBook } from '../../market/model/order-book.ts';
import type { BookMessage } from '../reconcile/book-depth.ts';
import { OrderBookReconciler } from '../reconcile/order-book-reconciler.ts';
import { fetchEachTopic } from './fetch-each-topic.ts';
import type { KindSource } from './kind-source.ts';
import { mapMessages, type Upstream } from './upstream.ts';

/** Live order books. Each is polled by itself and is as deep as its most demanding subscriber wants. */
export function createOrderBookSource(options: Upstream): KindSource<BookMessage, OrderBook, OrderBookReconciler> {
  const { marketData, streams, clock, staleMaxMs, limiter } = options;
  return {
    kind: 'orderBook',
    maxWaiting: 1,
    createReconciler: (request) => new OrderBookReconciler(request, clock, staleMaxMs),
    groupOf: ({ exchange, symbol }) => `${exchange} ${symbol}`,
    openStream: (request, listener, { coverage }) =>
      streams.open(
        { ...request, kind: 'orderBook', depth: () => coverage.wanted },
        mapMessages(listener, (book) => ({ book, askedDepth: 0 })),
      ),
    fetch: (topics, kind, onOutcome) => {
      const options = kind === 'poll' ? { maxAgeMs: 0 } : undefined;
      return fetchEachTopic(
        topics,
        kind,
        limiter,
        async ({ request: { exchange, symbol }, reconciler }) => {
          const askedDepth = reconciler.coverage.wanted;
          const { value: book } = await marketData.fetchOrderBook({ exchange, symbol, limit: askedDepth }, options);
          return { book, askedDepth };
        },
        onOutcome,
      );
    },
  };
}
