import { MarketDataError } from '../errors.ts';
import type { CandleSeries } from './candle.ts';

/**
 * BAD_USER_INPUT for candles from before those that the exchange serves; `oldest` (epoch ms) is the first of these, null
 * where that is not known.
 */
export function candlesTooOld(series: CandleSeries, oldest: number | null): MarketDataError {
  const { exchange, symbol, timeframe } = series;
  const which = oldest === null ? 'from so long ago' : `before ${new Date(oldest).toISOString()}`;
  const message = `${exchange} serves only its newest candles: of ${timeframe} none ${which}.`;
  return new MarketDataError('BAD_USER_INPUT', message, { exchange, symbol, timeframe, isTooOld: true });
}

/** Bitcoin's first block is of this day, epoch ms: of what is older no exchange can miss any candle. */
const firstTradesAfter = Date.UTC(2009, 0, 3);

/**
 * Where to begin a read from `since` on (epoch ms). An exchange that serves candles from `oldest` on refuses what is from
 * before, though nothing is missing where there were no trades yet.
 */
export function firstReadOf(since: number, oldest: number): number {
  const isLimited = Number.isFinite(oldest) && oldest <= firstTradesAfter;
  return Math.max(0, since, isLimited ? firstTradesAfter : 0);
}

/** True of an error that `candlesTooOld` has made. */
export function isTooOld(error: unknown): boolean {
  return error instanceof MarketDataError && error.details.isTooOld === true;
}

/**
 * The failure of a look into why an exchange gave no candles for a range: nobody knows whether there were none, or the
 * exchange no longer serves them.
 */
export function candlesInDoubt({ code, message, details }: MarketDataError): MarketDataError {
  return new MarketDataError(code, message, { ...details, isInDoubt: true });
}

/** True of an error that `candlesInDoubt` has made. */
export function isInDoubt(error: unknown): boolean {
  return error instanceof MarketDataError && error.details.isInDoubt === true;
}
