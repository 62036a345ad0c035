import { add, multiply, subtract } from './decimal.ts';
import type { BookChange } from './events.ts';
import type { VenueMarket, VenueTicker } from './model.ts';

/** Price and amount of one level, decimal strings. */
export type VenueLevel = readonly [price: string, amount: string];

/** One trade in no exchange's format yet. Decimal strings, epoch ms. */
export interface VenueTrade {
  readonly id: number;
  readonly price: string;
  readonly amount: string;
  readonly timestamp: number;
  /** The taker's side. */
  readonly side: 'buy' | 'sell';
}

/** The levels of both sides of a book, best first. */
export interface VenueBook {
  readonly bids: readonly VenueLevel[];
  readonly asks: readonly VenueLevel[];
}

/** An order book whose best levels are the ticker's bid and ask, one price step apart from level to level. */
export function toOrderBook(market: VenueMarket, ticker: VenueTicker, depth: number): VenueBook {
  const { bid, bidVolume, ask, askVolume } = ticker;
  const steps = Array.from({ length: depth }, (_, index) => multiply(market.priceStep, String(index)));
  return {
    bids: bid === null ? [] : steps.map((distance) => [subtract(bid, distance), bidVolume ?? '1.00000000']),
    asks: ask === null ? [] : steps.map((distance) => [add(ask, distance), askVolume ?? '1.00000000']),
  };
}

/** The levels that are new, have another amount, or are gone (amount zero) within the depth. */
export function toBookUpdate(market: VenueMarket, { before, after }: BookChange, depth: number): VenueBook {
  const [was, is] = [toOrderBook(market, before, depth), toOrderBook(market, after, depth)];
  return { bids: toDifference(was.bids, is.bids), asks: toDifference(was.asks, is.asks) };
}

function toDifference(was: readonly VenueLevel[], is: readonly VenueLevel[]): readonly VenueLevel[] {
  const amounts = new Map(was.map(([price, amount]) => [Number(price), amount]));
  const prices = new Set(is.map(([price]) => Number(price)));
  const changed = is.filter(([price, amount]) => amounts.get(Number(price)) !== amount);
  const gone = was.filter(([price]) => !prices.has(Number(price)));
  return [...gone.map(([price]): VenueLevel => [price, '0.00000000']), ...changed];
}

/** The newest `count` trades, oldest first, one each second; the last is at the ticker's price and time. */
export function toTrades(market: VenueMarket, ticker: VenueTicker, count: number): readonly VenueTrade[] {
  return Array.from({ length: count }, (_, index) => {
    const age = count - 1 - index;
    const timestamp = ticker.timestamp - age * 1000;
    const sold = age % 2 === 1;
    return {
      id: Math.floor(timestamp / 1000),
      price: sold ? subtract(ticker.last, market.priceStep) : ticker.last,
      amount: multiply(market.amountStep, String(1 + (age % 9))),
      timestamp,
      side: sold ? 'sell' : 'buy',
    };
  });
}
