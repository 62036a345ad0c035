import { MarketDataError } from '../market/error.ts';
import type { OrderBook, PriceLevel } from '../market/order-book.ts';
import { mayBeNegative, toAmount, toNumber, toPastInstant, toPrice } from './numbers.ts';

/** What ccxt gives as an order book, as far as it can be relied on: streams go on changing it. */
export interface CcxtOrderBook {
  readonly timestamp?: unknown;
  readonly bids?: unknown;
  readonly asks?: unknown;
}

/**
 * A copy of the best `limit` levels of each side of a ccxt order book, received at `receivedAt` (epoch ms).
 * Throws BAD_EXCHANGE_RESPONSE where a side or a number is missing or cannot be: leaving a level out would look like a
 * gap. A time that cannot be is null. Crossed sides are left as they are: exchanges have them for moments.
 */
export function toOrderBook(
  exchange: string,
  symbol: string,
  book: CcxtOrderBook,
  receivedAt: number,
  limit: number,
): OrderBook {
  const isFree = mayBeNegative(symbol);
  const toSide = (levels: unknown, direction: 1 | -1): readonly PriceLevel[] => {
    if (!Array.isArray(levels)) throw unreadable(exchange, symbol, 'without bids or asks');
    const count = Math.min(levels.length, limit);
    const side: PriceLevel[] = [];
    for (let index = 0; index < count; index++) {
      const level: unknown = levels[index];
      const [price, amount] = Array.isArray(level) ? [toNumber(level[0]), toNumber(level[1])] : [null, null];
      if (price === null || amount === null) throw unreadable(exchange, symbol, 'with a number missing');
      if (toPrice(price, isFree) === null || toAmount(amount) === null) {
        throw unreadable(exchange, symbol, 'with a negative number');
      }
      const before = side[index - 1];
      if (before && (price - before.price) * direction < 0) throw unreadable(exchange, symbol, 'in no order');
      side.push(Object.freeze({ price, amount }));
    }
    return Object.freeze(side);
  };
  return Object.freeze({
    exchange,
    symbol,
    timestamp: toPastInstant(book.timestamp, receivedAt),
    receivedAt,
    bids: toSide(book.bids, -1),
    asks: toSide(book.asks, 1),
    stale: false,
  });
}

function unreadable(exchange: string, symbol: string, how: string): MarketDataError {
  const message = `${exchange} sent an order book of ${symbol} ${how}.`;
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol });
}
