import { MarketDataError, type MarketDataErrorCode } from '../../market/errors.ts';
import type { LoadingCall } from '../access/loading-call.ts';

/** Errors by which a host is out, whatever it was asked for. */
export const outages: ReadonlySet<MarketDataErrorCode> = new Set([
  'EXCHANGE_UNAVAILABLE',
  'GEO_BLOCKED',
  'RATE_LIMITED',
  'TIMEOUT',
]);

/** Codes that blame what was asked for; a list of markets is asked for by this server alone. */
const blamingCodes: ReadonlySet<MarketDataErrorCode> = new Set(['BAD_USER_INPUT', 'NOT_SUPPORTED', 'SYMBOL_NOT_FOUND']);

/** The error of a part of a list as clients get it: what the exchange says of the request is not about theirs. */
export function toMarketListError({ code, message, details }: MarketDataError): MarketDataError {
  return new MarketDataError(blamingCodes.has(code) ? 'BAD_EXCHANGE_RESPONSE' : code, message, details);
}

/** What a load as a whole failed with: an outage as it is, else that there is no list, and what the exchange said. */
export function toMarketListFailure(exchange: string, loading: LoadingCall, thrown: unknown): unknown {
  const error = loading.toError(thrown);
  if (outages.has(error.code) || error.details.cause === undefined) return thrown;
  const message = `${exchange}'s markets could not be listed: ${loading.reasonOf(error)}.`;
  const { code, retryable } = toMarketListError(error);
  const details = { exchange, retryable: retryable || code === 'BAD_EXCHANGE_RESPONSE', cause: thrown };
  return new MarketDataError(code, message, details);
}
