import { MarketDataError, type MarketDataErrorCode } from '../../market/errors.ts';
import type { LoadingCall } from '../access/loading-call.ts';

/** Errors that mean that a host is down, whatever was requested. */
export const outages: ReadonlySet<MarketDataErrorCode> = new Set([
  'EXCHANGE_UNAVAILABLE',
  'GEO_BLOCKED',
  'RATE_LIMITED',
  'TIMEOUT',
]);

/** Codes that blame the request. Lists of markets are requested by this server, not by clients. */
const blamingCodes: ReadonlySet<MarketDataErrorCode> = new Set(['BAD_USER_INPUT', 'NOT_SUPPORTED', 'SYMBOL_NOT_FOUND']);

/** Converts the error of a part of a list for clients: an error about this server's request must not blame theirs. */
export function toMarketListError({ code, message, details }: MarketDataError): MarketDataError {
  return new MarketDataError(blamingCodes.has(code) ? 'BAD_EXCHANGE_RESPONSE' : code, message, details);
}

/**
 * The error of a load that failed as a whole. An outage is returned unchanged. Any other error becomes one that says
 * that the markets could not be listed, with the exchange's reason.
 */
export function toMarketListFailure(exchange: string, loading: LoadingCall, thrown: unknown): unknown {
  const error = loading.toError(thrown);
  if (outages.has(error.code) || error.details.cause === undefined) return thrown;
  const message = `${exchange}'s markets could not be listed: ${loading.reasonOf(error)}.`;
  const { code, retryable } = toMarketListError(error);
  const details = { exchange, retryable: retryable || code === 'BAD_EXCHANGE_RESPONSE', cause: thrown };
  return new MarketDataError(code, message, details);
}
