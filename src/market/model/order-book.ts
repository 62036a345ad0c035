import type { MarketRef } from '../market-ref.ts';

/**
 * Price in quote currency (in settle currency of options that are settled in a coin), amount in base currency (of
 * contracts in the exchange's own unit, mostly contracts). Neither is 0, but for a price that may be below it.
 */
export interface PriceLevel {
  readonly price: number;
  readonly amount: number;
}

/** The orders of one market at one moment, best first on both sides. */
export interface OrderBook extends MarketRef {
  /** The exchange's own clock, epoch ms; null where it sends none. */
  readonly timestamp: number | null;
  /** When this server received it, epoch ms. */
  readonly receivedAt: number;
  readonly bids: readonly PriceLevel[];
  readonly asks: readonly PriceLevel[];
  /** True when the exchange could not be reached since and this is the last known book. */
  readonly stale: boolean;
}

/** At most `limit` levels of each side of a market's book. */
export interface OrderBookQuery extends MarketRef {
  readonly limit: number;
}

/** The same book with at most `limit` levels on each side. */
export function toDepth(book: OrderBook, limit: number): OrderBook {
  if (book.bids.length <= limit && book.asks.length <= limit) return book;
  return Object.freeze({ ...book, bids: book.bids.slice(0, limit), asks: book.asks.slice(0, limit) });
}

/** True when the best `limit` levels of both sides, and whether they are stale, are the same. */
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
