import type { Clock } from '../../base/clock.ts';
import { toMarketKey } from '../../market/market-ref.ts';
import { isSameBook, type OrderBook } from '../../market/model/order-book.ts';
import { BookDepth, type BookMessage } from './book-depth.ts';
import { LatestReconciler } from './latest-reconciler.ts';
import type { MessageSource, ReconcileResult } from './reconciler.ts';
import type { TopicRequest } from './topic-request.ts';

/** The reconciler of order books, which are as deep as their most demanding subscriber wants. */
export class OrderBookReconciler extends LatestReconciler<OrderBook, BookMessage> {
  readonly coverage = new BookDepth();

  constructor(request: TopicRequest, clock: Clock, staleMaxMs: number) {
    super({
      key: toMarketKey(request),
      clock,
      staleMaxMs,
      toValue: ({ book }) => book,
      isSame: isSameBook,
      hasMoved: (previous, next) => !isSameBook(previous, next, 1),
    });
  }

  override take(message: BookMessage, source: MessageSource): ReconcileResult<OrderBook> {
    if (source === 'stream') this.coverage.onStreamed();
    else this.coverage.onFetched(message);
    return super.take(message, source);
  }
}
