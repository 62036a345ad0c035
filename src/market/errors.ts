/** Codes a client can switch on; they reach it as `errors[].extensions.code`. */
export const marketDataErrorCodes = [
  'EXCHANGE_NOT_FOUND',
  'SYMBOL_NOT_FOUND',
  'TIMEFRAME_NOT_SUPPORTED',
  'NOT_SUPPORTED',
  'BAD_USER_INPUT',
  'QUERY_TOO_COMPLEX',
  'UNAUTHENTICATED',
  'OVERLOADED',
  'RATE_LIMITED',
  'EXCHANGE_UNAVAILABLE',
  'GEO_BLOCKED',
  'TIMEOUT',
  'BAD_EXCHANGE_RESPONSE',
  'AUTHENTICATION_REQUIRED',
  'TOO_MANY_SUBSCRIPTIONS',
  'SLOW_CONSUMER',
  'INTERNAL_SERVER_ERROR',
] as const;

export type MarketDataErrorCode = (typeof marketDataErrorCodes)[number];

/** What an error is about, as far as it is known. */
export interface MarketDataErrorDetails {
  readonly exchange?: string;
  readonly symbol?: string;
  /** Where it is about several: all of them. */
  readonly symbols?: readonly string[];
  readonly timeframe?: string;
  /** How long to wait before asking again, in ms, where the exchange said so. */
  readonly retryAfterMs?: number;
  /** What would have been right: the nearest ids or symbols, best first, or the timeframes there are. */
  readonly suggestions?: readonly string[];
  /** Where it is neither always nor never worth asking again, the answer for this one. */
  readonly retryable?: boolean;
  /** True of candles that the exchange serves no more. */
  readonly isTooOld?: boolean;
  /** True of missing candles if nobody knows whether there were none or the exchange no longer serves them. */
  readonly isInDoubt?: boolean;
  /** True if the market may be in a list that failed: the error says nothing about the markets that are known. */
  readonly isMarketMissing?: boolean;
  /** The error underneath, for the log only: it may hold URLs, bodies and keys. */
  readonly cause?: unknown;
}

const retryableCodes: ReadonlySet<MarketDataErrorCode> = new Set([
  'OVERLOADED',
  'RATE_LIMITED',
  'EXCHANGE_UNAVAILABLE',
  'TIMEOUT',
  'BAD_EXCHANGE_RESPONSE',
]);

const finalCodes: ReadonlySet<MarketDataErrorCode> = new Set([
  'EXCHANGE_NOT_FOUND',
  'SYMBOL_NOT_FOUND',
  'TIMEFRAME_NOT_SUPPORTED',
  'NOT_SUPPORTED',
]);

/** The one error of the market data port. Its message is written for the client and names nothing of the transport. */
export class MarketDataError extends Error {
  readonly code: MarketDataErrorCode;
  readonly details: MarketDataErrorDetails;

  constructor(code: MarketDataErrorCode, message: string, details: MarketDataErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'MarketDataError';
    this.code = code;
    this.details = details;
  }

  /** The same error about one symbol, for a call that was made for several. */
  withSymbol(symbol: string): MarketDataError {
    return new MarketDataError(this.code, this.message, { ...this.details, symbol });
  }

  /** True when the same request may succeed later. */
  get retryable(): boolean {
    return this.details.retryable ?? retryableCodes.has(this.code);
  }

  /** True when what was asked for does not exist: no waiting and no last known value helps. */
  get isFinal(): boolean {
    return finalCodes.has(this.code);
  }
}
