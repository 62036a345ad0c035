import { add, compare, divide, multiply, subtract } from './decimal.ts';
import type { VenueMarket, VenueTicker } from './model.ts';

/** A complete ticker from the given numbers; the others follow from them and from the market. */
export function toTicker(market: VenueMarket, given: Partial<VenueTicker>, now: number): VenueTicker {
  const last = given.last ?? market.price;
  const open = given.open ?? market.price;
  const change = given.change ?? subtract(last, open);
  const vwap = given.vwap ?? last;
  const baseVolume = given.baseVolume ?? '1234.56780000';
  const [low, high] = compare(last, open) < 0 ? [last, open] : [open, last];
  return {
    last,
    open,
    change,
    vwap,
    baseVolume,
    bid: subtract(last, market.priceStep),
    bidVolume: '1.25000000',
    ask: add(last, market.priceStep),
    askVolume: '2.50000000',
    high,
    low,
    previousClose: open,
    percentage: divide(multiply(change, '100'), open, 3),
    quoteVolume: multiply(baseVolume, vwap),
    timestamp: now,
    ...given,
  };
}
