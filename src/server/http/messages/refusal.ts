import type { GraphQLError } from 'graphql';
import { httpStatus, requestStatuses, streamStatuses } from './statuses.ts';

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
  const { code, exchange, retryAfterMs } = extensions;
  const status = requestStatuses.get(code);
  if (status === undefined || path || exchange !== undefined) return null;
  return { status, headers: toHeaders(status, retryAfterMs) };
}

/**
 * The status and headers for a subscription that this server or an exchange refuses. 429 means that the client requests
 * too much. If an exchange limits this server, the client is not at fault, and the status is 503.
 */
export function toStreamRefusal({ extensions }: GraphQLError): Refusal {
  const { code, exchange, retryAfterMs, http } = extensions;
  const byCode = streamStatuses.get(code) ?? httpStatus.badRequest;
  const usual =
    byCode === httpStatus.tooManyRequests && exchange !== undefined ? httpStatus.serviceUnavailable : byCode;
  const { status, headers } = isObject(http) ? http : {};
  return {
    status: typeof status === 'number' ? status : usual,
    headers: isTexts(headers) ? headers : toHeaders(usual, retryAfterMs),
  };
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
