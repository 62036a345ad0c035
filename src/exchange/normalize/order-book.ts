import { MarketDataError } from '../../market/errors.ts';
import type { OrderBook, PriceLevel } from '../../market/model/order-book.ts';
import { add } from './exact.ts';
import { mayBeNegative, mayBeZero, toAmount, toNumber, toPastInstant, toPrice } from './numbers.ts';

/** What can be relied on in ccxt's order books: streams keep changing them. */
export interface CcxtOrderBook {
  readonly timestamp?: unknown;
  readonly bids?: unknown;
  readonly asks?: unknown;
}

/**
 * A copy of the best `limit` levels on each side of a ccxt order book that was received at `receivedAt` (epoch ms). A
 * level with amount 0, or with price 0 if a price cannot be 0, offers nothing and is left out. Levels with the same
 * price are merged into one with the sum of their amounts, as in ccxt's fetchL2OrderBook. An impossible time becomes
 * null. Crossed sides are kept: exchanges have them for moments.
 * Throws BAD_EXCHANGE_RESPONSE if a side or a number is missing or impossible: leaving a level out would look like a
 * gap.
 */
export function toOrderBook(
  exchange: string,
  symbol: string,
  book: CcxtOrderBook,
  receivedAt: number,
  limit: number,
): OrderBook {
  const allowsNegative = mayBeNegative(symbol);
  const toLevel = (level: unknown): PriceLevel | null => {
    const [price, amount] = Array.isArray(level) ? [toNumber(level[0]), toNumber(level[1])] : [null, null];
    if (price === null || amount === null) throw unreadable(exchange, symbol, 'with a missing number');
    if (amount === 0) return null;
    if (toPrice(price, allowsNegative) === null || toAmount(amount) === null) {
      throw unreadable(exchange, symbol, 'with a negative number');
    }
    return price === 0 && !mayBeZero(symbol) ? null : { price, amount };
  };
  const toSide = (levels: unknown, direction: 1 | -1): readonly PriceLevel[] => {
    if (!Array.isArray(levels)) throw unreadable(exchange, symbol, 'without bids or asks');
    const side: PriceLevel[] = [];
    for (const row of levels) {
      const level = toLevel(row);
      if (!level) continue;
      const { price, amount } = level;
      const before = side.at(-1);
      if (before && (price - before.price) * direction < 0) throw unreadable(exchange, symbol, 'that is not sorted');
      if (before?.price === price) side[side.length - 1] = { price, amount: add(before.amount, amount) };
      else if (side.length < limit) side.push(level);
      else break;
    }
    return Object.freeze(side.map((level) => Object.freeze(level)));
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

/**
 * How many of the wanted levels are missing, on the side that lacks more, because rows of the answer were left out or
 * merged. 0 if the answer has fewer rows than requested: then the exchange has no more.
 */
export function missingLevels(
  answer: CcxtOrderBook,
  { bids, asks }: OrderBook,
  { wanted, asked }: { readonly wanted: number; readonly asked: number },
): number {
  const missing = (rows: unknown, side: readonly PriceLevel[]): number =>
    Array.isArray(rows) && rows.length >= asked ? wanted - side.length : 0;
  return Math.max(missing(answer.bids, bids), missing(answer.asks, asks));
}

function unreadable(exchange: string, symbol: string, how: string): MarketDataError {
  const message = `${exchange} sent an order book for ${symbol} ${how}.`;
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol });
}
