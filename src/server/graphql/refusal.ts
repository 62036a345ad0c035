import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/** How an error that is all of an answer is told over HTTP. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

const statuses: ReadonlyMap<unknown, number> = new Map([
  ['UNAUTHENTICATED', 401],
  ['RATE_LIMITED', 429],
  ['QUERY_TOO_COMPLEX', 400],
  ['OVERLOADED', 503],
]);

/** Of a subscription that never began: there are no events to tell what refused it. All others are 400. */
const streamStatuses: ReadonlyMap<unknown, number> = new Map([
  ...statuses,
  ['TOO_MANY_SUBSCRIPTIONS', 429],
  ['INTERNAL_SERVER_ERROR', 500],
  ['BAD_EXCHANGE_RESPONSE', 502],
  ['GEO_BLOCKED', 502],
  ['AUTHENTICATION_REQUIRED', 502],
  ['EXCHANGE_UNAVAILABLE', 503],
  ['SLOW_CONSUMER', 503],
  ['TIMEOUT', 504],
]);

/**
 * How this server's refusal of a whole request is told; null of any other error. One with a path is a field's, and one
 * with an exchange is that exchange's, whatever its code.
 */
export function toRefusal({ path, extensions }: GraphQLError): Refusal | null {
  const { code, exchange, retryAfterMs } = extensions;
  const status = statuses.get(code);
  if (status === undefined || path || exchange !== undefined) return null;
  return { status, headers: toHeaders(status, retryAfterMs) };
}

/**
 * How it is told that a subscription was refused, whoever did so. What limits this server is its trouble, and 429 the
 * client's.
 */
export function toStreamRefusal({ extensions }: GraphQLError): Refusal {
  const { code, exchange, retryAfterMs, http } = extensions;
  const byCode = streamStatuses.get(code) ?? 400;
  const usual = byCode === 429 && exchange !== undefined ? 503 : byCode;
  const { status, headers } = isObject(http) ? http : {};
  return {
    status: typeof status === 'number' ? status : usual,
    headers: isTexts(headers) ? headers : toHeaders(usual, retryAfterMs),
  };
}

/** What clients are told of an error, without what Yoga is told. */
export function withoutHttp(error: GraphQLError): GraphQLFormattedError {
  const { http: _http, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}

/** The same error, with what Yoga needs to tell a refusal over HTTP. */
export function withRefusal(error: GraphQLError): GraphQLError {
  const http = toRefusal(error);
  return http ? new GraphQLError(error.message, { extensions: { ...error.extensions, http } }) : error;
}

function toHeaders(status: number, retryAfterMs: unknown): Refusal['headers'] {
  // RFC 9110, 11.6.1 and 10.2.3.
  return {
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(typeof retryAfterMs === 'number' ? { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } : {}),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}
