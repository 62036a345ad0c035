/** The error codes that clients can rely on; sent as `errors[].extensions.code`. */
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

/** The known details of an error. */
export interface MarketDataErrorDetails {
  readonly exchange?: string;
  readonly symbol?: string;
  /** All symbols that the error is about, if there are several. */
  readonly symbols?: readonly string[];
  readonly timeframe?: string;
  /** How long to wait before a retry, in ms, if the exchange said so. */
  readonly retryAfterMs?: number;
  /** Valid values: the closest ids or symbols, best first, or the timeframes that are supported. */
  readonly suggestions?: readonly string[];
  /** Overrides the code's default for `retryable`. */
  readonly retryable?: boolean;
  /** True if the exchange no longer serves candles this old. */
  readonly isTooOld?: boolean;
  /** With `isTooOld`: the time from which the exchange serves candles, epoch ms, if that is known. */
  readonly oldest?: number;
  /** The largest limit with which the same query can be answered, if its limit was too large. */
  readonly maxLimit?: number;
  /** True if candles are missing and it is unknown whether there were none or the exchange no longer serves them. */
  readonly isInDoubt?: boolean;
  /** True if the market may belong to a list that failed to load. The error says nothing about markets that are known. */
  readonly isMarketMissing?: boolean;
  /** The underlying error. Only for the log, because it can contain URLs, bodies and keys. */
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

/** The only error of the market-data port. Its message is written for clients and reveals nothing about the transport. */
export class MarketDataError extends Error {
  readonly code: MarketDataErrorCode;
  readonly details: MarketDataErrorDetails;

  constructor(code: MarketDataErrorCode, message: string, details: MarketDataErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = 'MarketDataError';
    this.code = code;
    this.details = details;
  }

  /** The same error, about one symbol of a call that requested several; '' names none. */
  withSymbol(symbol: string): MarketDataError {
    if (symbol === '') return this;
    return new MarketDataError(this.code, this.message, { ...this.details, symbol });
  }

  /** True when the same request may succeed later. */
  get retryable(): boolean {
    return this.details.retryable ?? retryableCodes.has(this.code);
  }

  /** True when the requested thing does not exist, so that neither waiting nor a last known value helps. */
  get isFinal(): boolean {
    return finalCodes.has(this.code);
  }
}

/** Converts an error of the port. Any other error than a MarketDataError is a bug of this server and becomes one. */
export function toMarketDataError(error: unknown): MarketDataError {
  if (error instanceof MarketDataError) return error;
  return new MarketDataError('INTERNAL_SERVER_ERROR', 'Something went wrong on this server.', { cause: error });
}

/** The MarketDataError that a function throws; null if it throws none. Any other error is thrown. */
export function errorOf(run: () => unknown): MarketDataError | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof MarketDataError) return error;
    throw error;
  }
}
