import type { ClientErrorCode } from '../../../graphql/execution/error-codes.ts';

/** The HTTP statuses that this server sends, with their names in RFC 9110, 15. */
export const httpStatus = {
  ok: 200,
  noContent: 204,
  found: 302,
  notModified: 304,
  badRequest: 400,
  unauthorized: 401,
  forbidden: 403,
  notFound: 404,
  methodNotAllowed: 405,
  notAcceptable: 406,
  contentTooLarge: 413,
  unsupportedMediaType: 415,
  tooManyRequests: 429,
  internalServerError: 500,
  badGateway: 502,
  serviceUnavailable: 503,
  gatewayTimeout: 504,
} as const;

/**
 * The status of an answer that consists of an error, by error code. RATE_LIMITED is the client's fault; if an exchange
 * limits this server, it is not: see `toStatus`.
 */
export const errorStatuses: Readonly<Record<ClientErrorCode, number>> = {
  BAD_USER_INPUT: httpStatus.badRequest,
  QUERY_TOO_COMPLEX: httpStatus.badRequest,
  PERSISTED_QUERY_NOT_FOUND: httpStatus.badRequest,
  UNAUTHENTICATED: httpStatus.unauthorized,
  EXCHANGE_NOT_FOUND: httpStatus.notFound,
  SYMBOL_NOT_FOUND: httpStatus.notFound,
  TIMEFRAME_NOT_SUPPORTED: httpStatus.notFound,
  NOT_SUPPORTED: httpStatus.notFound,
  RATE_LIMITED: httpStatus.tooManyRequests,
  TOO_MANY_SUBSCRIPTIONS: httpStatus.tooManyRequests,
  INTERNAL_SERVER_ERROR: httpStatus.internalServerError,
  GEO_BLOCKED: httpStatus.badGateway,
  BAD_EXCHANGE_RESPONSE: httpStatus.badGateway,
  AUTHENTICATION_REQUIRED: httpStatus.badGateway,
  EXCHANGE_UNAVAILABLE: httpStatus.serviceUnavailable,
  OVERLOADED: httpStatus.serviceUnavailable,
  SLOW_CONSUMER: httpStatus.serviceUnavailable,
  TIMEOUT: httpStatus.gatewayTimeout,
};

/**
 * The codes with which GraphQL over HTTP refuses a request as a whole. Every other error is part of an answer with the
 * status 200.
 */
export const refusalCodes: ReadonlySet<unknown> = new Set<ClientErrorCode>([
  'UNAUTHENTICATED',
  'RATE_LIMITED',
  'QUERY_TOO_COMPLEX',
  'OVERLOADED',
]);

const statusesByCode: ReadonlyMap<unknown, number> = new Map(Object.entries(errorStatuses));

/** The status of an answer that consists of an error with these extensions. */
export function toStatus({ code, exchange }: Readonly<Record<string, unknown>>): number {
  // graphql-js gives no code to its own errors, which are all about the request.
  const status = statusesByCode.get(code) ?? httpStatus.badRequest;
  return status === httpStatus.tooManyRequests && exchange !== undefined ? httpStatus.serviceUnavailable : status;
}
