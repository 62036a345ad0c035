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

/** Statuses of requests that are refused as a whole, by error code. Every other error is part of an answer. */
export const requestStatuses: ReadonlyMap<unknown, number> = new Map<ClientErrorCode, number>([
  ['UNAUTHENTICATED', httpStatus.unauthorized],
  ['RATE_LIMITED', httpStatus.tooManyRequests],
  ['QUERY_TOO_COMPLEX', httpStatus.badRequest],
  ['OVERLOADED', httpStatus.serviceUnavailable],
]);

/**
 * Statuses of event streams that never began, by error code: no event can contain the error. Every other code gives
 * 400.
 */
export const streamStatuses: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ...requestStatuses,
  ...new Map<ClientErrorCode, number>([
    ['TOO_MANY_SUBSCRIPTIONS', httpStatus.tooManyRequests],
    ['INTERNAL_SERVER_ERROR', httpStatus.internalServerError],
    ['BAD_EXCHANGE_RESPONSE', httpStatus.badGateway],
    ['GEO_BLOCKED', httpStatus.badGateway],
    ['AUTHENTICATION_REQUIRED', httpStatus.badGateway],
    ['EXCHANGE_UNAVAILABLE', httpStatus.serviceUnavailable],
    ['SLOW_CONSUMER', httpStatus.serviceUnavailable],
    ['TIMEOUT', httpStatus.gatewayTimeout],
  ]),
]);
