import type { Exchange } from 'ccxt';
import type { StreamKind } from '../../../market/ports/market-streams.ts';
import { toOrderBook } from '../../normalize/order-book.ts';
import { streamDepth, unwatchBookParams } from '../../quirks/stream-quirks.ts';
import type { Watch, WatchRequest } from './watch.ts';

/** How many levels are taken from each side of a book. Some exchanges push thousands. */
const defaultDepth = 100;

export const orderBookWatch: Watch<'orderBook'> = {
  capabilities: ['STREAM_ORDER_BOOK'],
  next: async (exchange, request, now) => {
    const { symbol, exchange: id, depth } = request;
    const book = await exchange.watchOrderBook(symbol, requestedDepth(exchange, request));
    return toOrderBook(id, symbol, book, now(), depth?.() ?? defaultDepth);
  },
  unwatch: (exchange, request) => {
    if (!exchange.has.unWatchOrderBook) return null;
    const { symbol, exchange: id } = request;
    return exchange.unWatchOrderBook(
      symbol,
      unwatchBookParams(id, exchange.market(symbol).type, requestedDepth(exchange, request)),
    );
  },
};

/** The depth that a book is requested with; undefined if it is left to the exchange. */
export function requestedDepth(
  exchange: Exchange,
  { exchange: id, symbol, depth, leavesDepth }: WatchRequest<StreamKind>,
): number | undefined {
  return leavesDepth ? undefined : streamDepth(id, exchange.market(symbol).type, depth?.() ?? defaultDepth);
}
