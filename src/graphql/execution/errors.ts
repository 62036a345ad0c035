import { GraphQLError } from 'graphql';
import { withoutStacks } from '../../base/without-stacks.ts';
import { MarketDataError } from '../../market/errors.ts';
import { clientErrorCodes } from './error-codes.ts';

const knownCodes: ReadonlySet<unknown> = new Set(clientErrorCodes);

/**
 * What a client is told of an error: code, sentence and what applies of exchange, symbol, timeframe, retryable,
 * retryAfterMs and suggestions. A document, a variable or an argument at fault is BAD_USER_INPUT; everything unexpected,
 * such as a null where the schema has none, is INTERNAL_SERVER_ERROR without a word of what happened, and goes to
 * `report`. What it returned once it returns again.
 */
export function toClientError(error: unknown, report: (error: unknown) => void): GraphQLError {
  const located = error instanceof GraphQLError ? error : undefined;
  const origin = rootOf(error);
  if (origin instanceof MarketDataError) {
    if (origin.code === 'INTERNAL_SERVER_ERROR') report(origin);
    const { exchange, symbol, symbols, timeframe, retryAfterMs, suggestions } = origin.details;
    const { code, retryable } = origin;
    return clientError(origin.message, located, {
      code,
      exchange,
      symbol,
      symbols,
      timeframe,
      // An exchange that blocks this server is not worth a retry by itself, but is asked again when this says.
      retryable: retryable || retryAfterMs !== undefined,
      retryAfterMs,
      suggestions,
    });
  }
  if (located && origin instanceof GraphQLError && isOfClient(located, origin)) {
    const code = knownCodes.has(origin.extensions.code) ? origin.extensions.code : 'BAD_USER_INPUT';
    // Yoga adds what the JSON parser said, with the whole body in it.
    const { originalError: _parser, ...extensions } = origin.extensions;
    return clientError(located.message, located, { retryable: false, ...extensions, code });
  }
  report(origin);
  return clientError('Something went wrong on this server.', located, {
    code: 'INTERNAL_SERVER_ERROR',
    retryable: false,
  });
}

/**
 * True unless it was the value of a field that could not be given: the errors of graphql-js and graphql-jit about a field
 * have its path, and of these only those about its arguments, which all begin alike (`getArgumentValues` of graphql-js),
 * are the client's.
 */
function isOfClient({ path }: GraphQLError, { message, extensions }: GraphQLError): boolean {
  return !path || knownCodes.has(extensions.code) || message.startsWith('Argument "');
}

/** graphql-js wraps what resolvers and scalars throw, some of it twice. */
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
  return withoutStacks(() => new GraphQLError(message, options));
}
