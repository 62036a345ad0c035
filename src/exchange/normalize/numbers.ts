import { marketKind } from '../../market/market-ref.ts';

/** Bitcoin's first block, epoch ms: no exchange has market data from before. */
export const firstBlockAt = Date.UTC(2009, 0, 3, 18, 15, 5);

/**
 * How far an exchange's time may be ahead of our clock, in ms: clocks differ, and some exchanges send local time as
 * UTC.
 */
const maxAheadMs = 86_400_000;

/** A number that JSON can represent, or null. */
export function toNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Epoch ms that a Date can represent (ECMAScript, Time Values and Time Range). */
export function toInstant(value: unknown): number | null {
  const instant = toNumber(value);
  return instant !== null && Math.abs(instant) <= 8.64e15 ? instant : null;
}

/** Whole epoch ms: some of ccxt's classes divide microseconds or nanoseconds. */
export function toWholeInstant(value: unknown): number | null {
  const instant = toInstant(value);
  return instant === null ? null : Math.trunc(instant);
}

/** A number above zero, or null: in sizes and steps, zero means none. */
export function toPositive(value: unknown): number | null {
  const number = toNumber(value);
  return number !== null && number > 0 ? number : null;
}

/** A time from here on means never: Binance gives 2100-12-25 for perpetuals, others the last year of a calendar. */
const neverAt = Date.UTC(2100, 0);

/**
 * When a contract expires or a market is listed, both of which can lie ahead, epoch ms; null for impossible values:
 * Bybit and others send 0 for a contract that never expires.
 */
export function toCalendarInstant(value: unknown): number | null {
  const instant = toInstant(value);
  return instant !== null && instant > firstBlockAt && instant < neverAt ? instant : null;
}

/** When something happened, epoch ms; null for times before Bitcoin or more than a day after `now`. */
export function toPastInstant(value: unknown, now: number): number | null {
  const instant = toInstant(value);
  return instant !== null && instant > firstBlockAt && instant <= now + maxAheadMs ? instant : null;
}

/**
 * True for markets whose price may fall below zero: contracts that expire, and combinations of them, for which ccxt
 * uses the exchange's own name (Deribit's `BTC-FS-26JUN26_PERP`). For spot and swaps, a price below zero is invalid.
 */
export function mayBeNegative(symbol: string): boolean {
  return !symbol.includes('/') || / (dated|option)$/.test(marketKind(symbol));
}

/** True for markets where 0 is a valid price: those that may fall below it, except options, which nobody gives away. */
export function mayBeZero(symbol: string): boolean {
  return mayBeNegative(symbol) && !/-[CP]$/.test(symbol);
}

/** The price of a market, or null. */
export function toPrice(value: unknown, allowsNegative: boolean): number | null {
  const price = toNumber(value);
  return price !== null && (allowsNegative || price >= 0) ? price : null;
}

/** An amount, or null; never below zero. */
export function toAmount(value: unknown): number | null {
  return toPrice(value, false);
}
