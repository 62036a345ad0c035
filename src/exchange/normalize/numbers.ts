import { marketKind } from '../../market/market-ref.ts';

/** Bitcoin's first block, epoch ms: no market of any exchange has a time from before. */
export const firstBlockAt = Date.UTC(2009, 0, 3, 18, 15, 5);

/** A time of an exchange may be so far ahead of our clock, in ms: clocks differ, and some take their own time for UTC. */
const maxAheadMs = 86_400_000;

/** A number that JSON can hold, or null. */
export function toNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Epoch ms that a Date can hold (ECMAScript, Time Values and Time Range). */
export function toInstant(value: unknown): number | null {
  const instant = toNumber(value);
  return instant !== null && Math.abs(instant) <= 8.64e15 ? instant : null;
}

/** A number above zero, or null: zero stands for none in sizes and steps. */
export function toPositive(value: unknown): number | null {
  const number = toNumber(value);
  return number !== null && number > 0 ? number : null;
}

/** From here on a contract never ends: Binance says 2100-12-25 of perpetuals, others the last year of a calendar. */
const neverAt = Date.UTC(2100, 0);

/** When a contract ends, epoch ms; null where that cannot be: Bybit and others say 0 of one that does not end. */
export function toExpiry(value: unknown): number | null {
  const instant = toInstant(value);
  return instant !== null && instant > firstBlockAt && instant < neverAt ? instant : null;
}

/** When something happened, epoch ms; null of what is before Bitcoin or more than a day after `now`. */
export function toPastInstant(value: unknown, now: number): number | null {
  const instant = toInstant(value);
  return instant !== null && instant > firstBlockAt && instant <= now + maxAheadMs ? instant : null;
}

/**
 * True of markets whose price may fall below zero: those that end, and combinations of them, which ccxt calls by the
 * exchange's own name (Deribit's `BTC-FS-26JUN26_PERP`). Of spot and of swaps a price below zero is none.
 */
export function mayBeNegative(symbol: string): boolean {
  return !symbol.includes('/') || / (dated|option)$/.test(marketKind(symbol));
}

/** True of markets of which 0 may be a price: those that may fall below it, but for options, which nobody gives away. */
export function mayBeZero(symbol: string): boolean {
  return mayBeNegative(symbol) && !/-[CP]$/.test(symbol);
}

/** A price of a market, or null. `allowsNegative` says that it may be negative. */
export function toPrice(value: unknown, allowsNegative: boolean): number | null {
  const price = toNumber(value);
  return price !== null && (allowsNegative || price >= 0) ? price : null;
}

/** How much of something, or null: never less than nothing. */
export function toAmount(value: unknown): number | null {
  return toPrice(value, false);
}
