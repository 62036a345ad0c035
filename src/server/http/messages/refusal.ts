import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { httpStatus, refusalCodes, toStatus } from './statuses.ts';

/** The status and headers of an answer that consists only of an error. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The status and headers for an error with which this server refuses a whole request; null for any other error. An
 * error with a path belongs to a field, and an error with an exchange belongs to that exchange, whatever its code.
 */
export function toRefusal({ path, extensions }: GraphQLError): Refusal | null {
  const { code, exchange, http } = extensions;
  const isRefusal = http !== undefined || (refusalCodes.has(code) && !path && exchange === undefined);
  return isRefusal ? toErrorRefusal(extensions) : null;
}

/**
 * The status and headers of an answer that consists of an error with these extensions. The extension `http`, which
 * `refuse` sets, takes precedence over the code.
 */
export function toErrorRefusal(extensions: Readonly<Record<string, unknown>>): Refusal {
  const usual = toStatus(extensions);
  const { status, headers } = isObject(extensions.http) ? extensions.http : {};
  return {
    status: typeof status === 'number' ? status : usual,
    headers: isTexts(headers) ? headers : toHeaders(usual, extensions.retryAfterMs),
  };
}

/**
 * The status and headers for a GraphQL subscription that this server or an exchange refuses. 404 would say that there is
 * no GraphQL here, so a market that does not exist is a bad request.
 */
export function toStreamRefusal({ extensions }: GraphQLError): Refusal {
  const { status, headers } = toErrorRefusal(extensions);
  return { status: status === httpStatus.notFound ? httpStatus.badRequest : status, headers };
}

/** Creates an error of a request that is wrong as HTTP, and is refused with this status. */
export function refuse(status: number, message: string, headers: Refusal['headers'] = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status, headers } } });
}

/** The error as clients see it, without the extension `http`. */
export function toClientJson(error: GraphQLError): GraphQLFormattedError {
  const { http: _http, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}

function toHeaders(status: number, retryAfterMs: unknown): Refusal['headers'] {
  // RFC 9110, 11.6.1 and 10.2.3.
  return {
    ...(status === httpStatus.unauthorized ? { 'www-authenticate': 'Bearer' } : {}),
    ...(typeof retryAfterMs === 'number' ? { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } : {}),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}
