import { MarketDataError } from '../errors.ts';
import type { CandleSeries } from './candle.ts';

/**
 * BAD_USER_INPUT: the exchange's history does not reach back to the candles that were asked for. It begins at `oldest`
 * (epoch ms; null if that is not known).
 */
export function candlesTooOld(series: CandleSeries, oldest: number | null): MarketDataError {
  const { exchange, symbol, timeframe } = series;
  const which = oldest === null ? 'that old' : `before ${new Date(oldest).toISOString()}`;
  const message = `${exchange} serves only its newest candles; it has no ${timeframe} candles ${which}.`;
  const details = { exchange, symbol, timeframe, isTooOld: true, ...(oldest === null ? {} : { oldest }) };
  return new MarketDataError('BAD_USER_INPUT', message, details);
}

/** The day of Bitcoin's first block, epoch ms. No exchange can lack candles from before it. */
const bitcoinGenesis = Date.UTC(2009, 0, 3);

/**
 * Where to start reading for a query with this `since` (epoch ms). An exchange that serves candles only from `oldest` on
 * rejects earlier times, even if nothing is missing because there was no trading yet.
 */
export function firstReadOf(since: number, oldest: number): number {
  const isLimited = Number.isFinite(oldest) && oldest <= bitcoinGenesis;
  return Math.max(0, since, isLimited ? bitcoinGenesis : 0);
}

/** True for an error from `candlesTooOld`. */
export function isTooOld(error: unknown): boolean {
  return error instanceof MarketDataError && error.details.isTooOld === true;
}

/**
 * The error for a range without candles when the check for the reason failed: it is unknown whether there were no candles
 * or the exchange no longer serves them.
 */
export function candlesInDoubt({ code, message, details }: MarketDataError): MarketDataError {
  return new MarketDataError(code, message, { ...details, isInDoubt: true });
}

/** True for an error from `candlesInDoubt`. */
export function isInDoubt(error: unknown): boolean {
  return error instanceof MarketDataError && error.details.isInDoubt === true;
}
