import type { MarketRef } from '../market-ref.ts';

/**
 * The price is in quote currency (for coin-settled options, in settle currency). The amount is in base currency (for
 * contracts, in the exchange's own unit, mostly contracts). Neither is 0; a price may be negative.
 */
export interface PriceLevel {
  readonly price: number;
  readonly amount: number;
}

/** The orders of one market at one moment, best first on both sides. */
export interface OrderBook extends MarketRef {
  /** Time of the exchange's clock, epoch ms; null if it sends none. */
  readonly timestamp: number | null;
  /** When this server received it, epoch ms. */
  readonly receivedAt: number;
  readonly bids: readonly PriceLevel[];
  readonly asks: readonly PriceLevel[];
  /** True when the exchange cannot be reached and this is the last known book. */
  readonly stale: boolean;
}

/** Which book, and the maximum number of levels on each side. */
export interface OrderBookQuery extends MarketRef {
  readonly limit: number;
}

/** The same book with at most `limit` levels on each side. */
export function toDepth(book: OrderBook, limit: number): OrderBook {
  if (book.bids.length <= limit && book.asks.length <= limit) return book;
  return Object.freeze({ ...book, bids: book.bids.slice(0, limit), asks: book.asks.slice(0, limit) });
}

/** True if the best `limit` levels of both sides and `stale` are the same. */
export function isSameBook(previous: OrderBook, next: OrderBook, limit = Number.POSITIVE_INFINITY): boolean {
  return (
    previous.stale === next.stale &&
    isSameSide(previous.bids, next.bids, limit) &&
    isSameSide(previous.asks, next.asks, limit)
  );
}

function isSameSide(previous: readonly PriceLevel[], next: readonly PriceLevel[], limit: number): boolean {
  const count = Math.min(previous.length, limit);
  if (count !== Math.min(next.length, limit)) return false;
  for (let index = 0; index < count; index++) {
    const [before, after] = [previous[index], next[index]];
    if (before?.price !== after?.price || before?.amount !== after?.amount) return false;
  }
  return true;
}
