import { MarketDataError, type MarketDataErrorDetails } from './errors.ts';

/** Maximum number of candles in one answer. */
export const maxCandles = 10_000;

/** Maximum number of order-book levels per side, or of trades, in one answer. */
export const maxRows = 1000;

/** Returns the limit; throws BAD_USER_INPUT unless it is from 1 to 1000. */
export function requireLimit(limit: number, about: MarketDataErrorDetails): number {
  return requireRowCount('limit', limit, about);
}

/** The same for an argument with another name. */
export function requireRowCount(argument: string, count: number, about: MarketDataErrorDetails): number {
  if (count >= 1 && count <= maxRows) return count;
  throw new MarketDataError('BAD_USER_INPUT', `${argument} is ${count}; it must be from 1 to ${maxRows}.`, about);
}
