import { GraphQLError } from 'graphql';

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

/**
 * How this server's refusal of a whole request is told; null of any other error. One with a path is a field's, and one
 * with an exchange is that exchange's, whatever its code.
 */
export function toRefusal({ path, extensions }: GraphQLError): Refusal | null {
  const { code, exchange, retryAfterMs } = extensions;
  const status = statuses.get(code);
  if (status === undefined || path || exchange !== undefined) return null;
  const headers: Record<string, string> = {};
  // RFC 9110, 11.6.1 and 10.2.3.
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (typeof retryAfterMs === 'number') headers['retry-after'] = String(Math.ceil(retryAfterMs / 1000));
  return { status, headers };
}

/** The same error, with what Yoga needs to tell a refusal over HTTP. */
export function withRefusal(error: GraphQLError): GraphQLError {
  const http = toRefusal(error);
  return http ? new GraphQLError(error.message, { extensions: { ...error.extensions, http } }) : error;
}
