import { MarketDataError, type MarketDataErrorCode, type MarketDataErrorDetails } from '../../market/errors.ts';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';
import type { HttpFailure } from '../http/http-guard.ts';
import { DescriptorsError } from '../http/opening-error.ts';
import { ProxyError } from '../proxy/proxy-error.ts';

/** What a failed call was about. */
export interface CallSubject {
  readonly exchange: string;
  readonly symbol?: string;
  readonly timeframe?: string;
}

interface Classification {
  readonly code: MarketDataErrorCode;
  readonly says: string;
  readonly retryable?: boolean;
}

type ErrorClass = abstract new (...args: never[]) => Error;

// ccxt's hierarchy (ccxt/js/src/base/errorHierarchy.js), the most specific classes first.
const classifications: readonly (readonly [ErrorClass, Classification])[] = [
  [DescriptorsError, { code: 'OVERLOADED', says: 'could not be called: this server has no file descriptors left' }],
  [ProxyError, { code: 'EXCHANGE_UNAVAILABLE', says: 'could not be reached through its proxy' }],
  [ccxtErrors.RestrictedLocation, { code: 'GEO_BLOCKED', says: 'does not serve the location of this server' }],
  [ccxtErrors.RateLimitExceeded, { code: 'RATE_LIMITED', says: 'is limiting the requests of this server' }],
  [ccxtErrors.DDoSProtection, { code: 'RATE_LIMITED', says: 'is limiting the requests of this server' }],
  [
    ccxtErrors.AuthenticationError,
    { code: 'AUTHENTICATION_REQUIRED', says: 'requires API keys for this, or rejected the keys' },
  ],
  [ccxtErrors.BadSymbol, { code: 'SYMBOL_NOT_FOUND', says: 'does not know this symbol' }],
  [ccxtErrors.BadRequest, { code: 'BAD_USER_INPUT', says: 'refused the request as invalid' }],
  [ccxtErrors.ArgumentsRequired, { code: 'BAD_USER_INPUT', says: 'needs more arguments for this request' }],
  [ccxtErrors.NotSupported, { code: 'NOT_SUPPORTED', says: 'does not offer this' }],
  [ccxtErrors.MarketClosed, { code: 'EXCHANGE_UNAVAILABLE', says: 'has closed this market for now' }],
  [
    ccxtErrors.ContractUnavailable,
    { code: 'EXCHANGE_UNAVAILABLE', says: 'does not offer this contract at the moment' },
  ],
  [ccxtErrors.ExchangeClosedByUser, { code: 'EXCHANGE_UNAVAILABLE', says: 'was disconnected by this server' }],
  [
    ccxtErrors.InvalidProxySettings,
    { code: 'EXCHANGE_UNAVAILABLE', says: 'has conflicting proxy settings in the exchange file', retryable: false },
  ],
  [ccxtErrors.RequestTimeout, { code: 'TIMEOUT', says: 'did not answer in time' }],
  [ccxtErrors.OnMaintenance, { code: 'EXCHANGE_UNAVAILABLE', says: 'is down for maintenance' }],
  [ccxtErrors.ExchangeNotAvailable, { code: 'EXCHANGE_UNAVAILABLE', says: 'is not available at the moment' }],
  [ccxtErrors.ChecksumError, { code: 'BAD_EXCHANGE_RESPONSE', says: 'sent data that contradicts its own checksum' }],
  [ccxtErrors.BadResponse, { code: 'BAD_EXCHANGE_RESPONSE', says: 'sent an answer that cannot be read' }],
  [ccxtErrors.OperationFailed, { code: 'EXCHANGE_UNAVAILABLE', says: 'could not be reached' }],
  [ccxtErrors.ExchangeError, { code: 'BAD_EXCHANGE_RESPONSE', says: 'refused the request', retryable: false }],
];

// For these classes the exchange's own error code says more than the HTTP status.
const specificClasses: readonly ErrorClass[] = [
  ccxtErrors.RestrictedLocation,
  ccxtErrors.RateLimitExceeded,
  ccxtErrors.DDoSProtection,
  ccxtErrors.AuthenticationError,
];

/**
 * Turns anything that a ccxt call threw into a MarketDataError. Its message names the exchange and the symbol, but
 * nothing of the transport; the original error is its cause. `http` is the response behind the error, if there was one.
 */
export function toMarketDataError(error: unknown, subject: CallSubject, http?: HttpFailure): MarketDataError {
  if (error instanceof MarketDataError) return error;
  const { code, says, retryable } = classify(error, http);
  const retryAfterMs = code === 'RATE_LIMITED' || code === 'EXCHANGE_UNAVAILABLE' ? http?.retryAfterMs : null;
  const about = [subject.symbol, subject.timeframe].filter(Boolean).join(' ');
  const wait = retryAfterMs ? `; it asks clients to wait ${Math.ceil(retryAfterMs / 1000)} s` : '';
  const details: MarketDataErrorDetails = {
    ...subject,
    ...(retryable === undefined ? {} : { retryable }),
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
    cause: error,
  };
  return new MarketDataError(code, `${subject.exchange} ${says}${about ? ` (${about})` : ''}${wait}.`, details);
}

/** True for errors that say that one market is closed for now, and nothing about other markets. */
export function isAboutOneMarket({ details: { cause } }: MarketDataError): boolean {
  return cause instanceof ccxtErrors.MarketClosed || cause instanceof ccxtErrors.ContractUnavailable;
}

/**
 * What an error says about its exchange, whatever the call was about: the message of its MarketDataError without a full
 * stop.
 */
export function reasonOf(exchange: string, error: MarketDataError, http?: HttpFailure): string {
  const { cause } = error.details;
  return cause === undefined ? error.message.replace(/\.$/, '') : `${exchange} ${classify(cause, http).says}`;
}

/**
 * What a failed call shows about the exchange as a whole: that it `failed`, that it `answered` although not with the
 * requested data, or nothing (`inconclusive`), because the call may never have been sent.
 */
export function healthOf(error: MarketDataError, http?: HttpFailure): 'failed' | 'answered' | 'inconclusive' {
  const { code, details } = error;
  if (isAboutOneMarket(error)) return 'answered';
  if (ownFaults.some((Class) => details.cause instanceof Class)) return 'inconclusive';
  if (failureCodes.has(code)) return 'failed';
  return http || code === 'BAD_EXCHANGE_RESPONSE' ? 'answered' : 'inconclusive';
}

/**
 * True when the connection broke or the exchange failed for a moment (HTTP 5xx): the same call may succeed right away.
 */
export function isTransient(error: MarketDataError, http?: HttpFailure): boolean {
  const { code, details } = error;
  if (code !== 'EXCHANGE_UNAVAILABLE' || !error.retryable || details.retryAfterMs !== undefined) return false;
  if (details.cause instanceof ccxtErrors.OnMaintenance || healthOf(error, http) !== 'failed') return false;
  // If the error is not ccxt's own, the connection broke within the body, whatever the status was.
  return http === undefined || http.status >= 500 || !(details.cause instanceof ccxtErrors.BaseError);
}

const failureCodes: ReadonlySet<MarketDataErrorCode> = new Set([
  'RATE_LIMITED',
  'EXCHANGE_UNAVAILABLE',
  'GEO_BLOCKED',
  'TIMEOUT',
]);

/** ccxt's errors that this server caused itself, although their classes look like an outage. */
const ownFaults: readonly ErrorClass[] = [ccxtErrors.ExchangeClosedByUser, ccxtErrors.InvalidProxySettings];

function classify(error: unknown, http: HttpFailure | undefined): Classification {
  if (!(error instanceof ccxtErrors.BaseError)) return classifyOtherError(error, http);
  const isSpecific = specificClasses.some((Class) => error instanceof Class);
  const byStatus = http && !isSpecific ? classifyStatus(http.status, error) : undefined;
  if (byStatus) return byStatus;
  for (const [Class, classification] of classifications) if (error instanceof Class) return classification;
  return { code: 'BAD_EXCHANGE_RESPONSE', says: 'refused the request', retryable: false };
}

/**
 * Corrects ccxt's choice of error class by the HTTP status. ccxt's base class maps 400, 403, 404 and 451 to
 * ExchangeNotAvailable, although they do not mean that. Some exchange classes turn any page of HTML into a
 * BadResponse, whatever its status. Conversely, a 5xx with an error code that ccxt does not know (Coinbase's INTERNAL)
 * becomes a generic ExchangeError.
 */
function classifyStatus(status: number, error: unknown): Classification | undefined {
  const isUnreadable = error instanceof ccxtErrors.BadResponse || !(error instanceof ccxtErrors.BaseError);
  if (status === 451) return { code: 'GEO_BLOCKED', says: 'does not serve the location of this server (HTTP 451)' };
  if (status === 403) return { code: 'GEO_BLOCKED', says: 'blocks the address of this server (HTTP 403)' };
  if (status === 418 || status === 429) {
    return { code: 'RATE_LIMITED', says: `is limiting the requests of this server (HTTP ${status})` };
  }
  const isUnclear = isUnreadable || error instanceof ccxtErrors.ExchangeNotAvailable;
  if (status >= 400 && status < 500 && status !== 408 && isUnclear) {
    return { code: 'BAD_EXCHANGE_RESPONSE', says: `refused the request (HTTP ${status})`, retryable: false };
  }
  if (status >= 500 && (isUnreadable || (error instanceof Error && error.constructor === ccxtErrors.ExchangeError))) {
    return { code: 'EXCHANGE_UNAVAILABLE', says: `is not available at the moment (HTTP ${status})` };
  }
  return undefined;
}

/**
 * Errors that are not ccxt's: from the socket, from decompression, and from its parsers when they meet unexpected data.
 */
function classifyOtherError(error: unknown, http: HttpFailure | undefined): Classification {
  const name = error instanceof Error ? error.name : '';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (name === 'AbortError' || name === 'TimeoutError' || code === 'ETIMEDOUT' || /^UND_ERR_.*TIMEOUT$/.test(code)) {
    return { code: 'TIMEOUT', says: 'did not answer in time' };
  }
  if (name === 'SocketError' || /^(E[A-Z]+|UND_ERR_.*|HPE_.*)$/.test(code)) {
    return { code: 'EXCHANGE_UNAVAILABLE', says: 'broke the connection or could not be reached' };
  }
  const byStatus = http && classifyStatus(http.status, error);
  if (byStatus) return byStatus;
  return { code: 'BAD_EXCHANGE_RESPONSE', says: 'sent an answer that cannot be read' };
}
