import { GraphQLError } from 'graphql';
import { withoutStackTraces } from '../../base/stack-traces.ts';
import { MarketDataError } from '../../market/errors.ts';
import { clientErrorCodes } from './error-codes.ts';

const knownCodes: ReadonlySet<unknown> = new Set(clientErrorCodes);

/**
 * Converts an error into the one that clients receive: a message and a code, and as far as they apply exchange, symbol,
 * timeframe, retryable, retryAfterMs, maxLimit, oldest and suggestions. An invalid document, variable or argument is BAD_USER_INPUT.
 * Everything unexpected, such as a null that the schema does not allow, becomes INTERNAL_SERVER_ERROR without details and
 * is passed to `report`. The function is idempotent: it accepts its own results.
 */
export function toClientError(error: unknown, report: (error: unknown) => void): GraphQLError {
  const located = error instanceof GraphQLError ? error : undefined;
  const origin = rootOf(error);
  if (origin instanceof MarketDataError) {
    if (origin.code === 'INTERNAL_SERVER_ERROR') report(origin);
    const { exchange, symbol, symbols, timeframe, retryAfterMs, maxLimit, oldest, suggestions } = origin.details;
    const { code, retryable } = origin;
    return clientError(origin.message, located, {
      code,
      exchange,
      symbol,
      symbols,
      timeframe,
      // GEO_BLOCKED is not retryable as such, but the server itself asks the exchange again after this time.
      retryable: retryable || retryAfterMs !== undefined,
      retryAfterMs,
      maxLimit,
      oldest,
      suggestions,
    });
  }
  if (located && origin instanceof GraphQLError && isClientFault(located, origin)) {
    const code = knownCodes.has(origin.extensions.code) ? origin.extensions.code : 'BAD_USER_INPUT';
    // Yoga adds the message of the JSON parser, which contains the whole body.
    const { originalError: _parserError, ...extensions } = origin.extensions;
    return clientError(located.message, located, { retryable: false, ...extensions, code });
  }
  report(origin);
  return clientError('Something went wrong on this server.', located, {
    code: 'INTERNAL_SERVER_ERROR',
    retryable: false,
  });
}

/**
 * False if a field failed to resolve. Errors of graphql-js and graphql-jit about a field have a path. Among these, only
 * errors about arguments are the client's fault; they all begin with the same word (`getArgumentValues` of graphql-js).
 */
function isClientFault({ path }: GraphQLError, { message, extensions }: GraphQLError): boolean {
  return !path || knownCodes.has(extensions.code) || message.startsWith('Argument "');
}

/** The innermost error. graphql-js wraps the errors of resolvers and scalars, some of them twice. */
function rootOf(error: unknown): unknown {
  let origin = error;
  while (origin instanceof GraphQLError && origin.originalError) origin = origin.originalError;
  return origin;
}

function clientError(
  message: string,
  located: GraphQLError | undefined,
  extensions: Readonly<Record<string, unknown>>,
): GraphQLError {
  const options = {
    extensions,
    ...(located?.nodes ? { nodes: located.nodes } : {}),
    ...(located?.source ? { source: located.source } : {}),
    ...(located?.positions ? { positions: located.positions } : {}),
    ...(located?.path ? { path: located.path } : {}),
  };
  return withoutStackTraces(() => new GraphQLError(message, options));
}
