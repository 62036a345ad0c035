import type { GraphQLError } from 'graphql';
import { type FetchAPI, isAsyncIterable, type Plugin } from 'graphql-yoga';
import { acceptsEvents, toMediaType } from '../../http/messages/media-type.ts';
import { refuse, toClientJson, toStreamRefusal } from '../../http/messages/refusal.ts';
import { httpStatus } from '../../http/messages/statuses.ts';
import type { YogaContext } from '../request/yoga-context.ts';

/**
 * Answers with server-sent events that are not subscriptions: a query is one event. A request that is refused is
 * answered with a status and JSON, like a subscription that is refused before its first event. Subscriptions come here
 * only if their request has an unusual form; then nothing would limit them, so they are refused.
 */
export function useEventStream(): Plugin<YogaContext> {
  return {
    onSubscribe: ({ args }) => {
      if (args.contextValue.http) throw unusualRequest();
    },
    onResultProcess: ({ request, result, setResultProcessor }) => {
      const accept = request.headers.get('accept') ?? undefined;
      if (toMediaType(accept) !== null || !acceptsEvents(accept) || !isRefused(result)) return;
      const { errors } = result;
      setResultProcessor((_result, fetchAPI) => toResponse(errors, fetchAPI), 'application/json');
    },
    onResponse: ({ response: { headers } }) => {
      if (!headers.get('content-type')?.startsWith('text/event-stream')) return;
      // nginx buffers answers unless a header forbids it.
      headers.set('x-accel-buffering', 'no');
      // Other proxies would compress the stream, and would wait for more data to do so.
      headers.set('cache-control', 'no-store, no-transform');
      // The header concerns only the connection to the next proxy, which Node manages.
      headers.delete('connection');
    },
  };
}

/** True for a result that was refused as a whole. If only a field fails, the result has data, perhaps null. */
interface Refused {
  readonly errors: readonly GraphQLError[];
}

function isRefused(result: unknown): result is Refused {
  if (typeof result !== 'object' || result === null || isAsyncIterable(result)) return false;
  return 'errors' in result && Array.isArray(result.errors) && result.errors.length > 0 && !('data' in result);
}

/** The first error determines the status. */
function toResponse(errors: readonly GraphQLError[], fetchAPI: FetchAPI): Response {
  const [first] = errors;
  const { status, headers } = first ? toStreamRefusal(first) : { status: httpStatus.internalServerError, headers: {} };
  return new fetchAPI.Response(JSON.stringify({ errors: errors.map(toClientJson) }), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}

function unusualRequest(): GraphQLError {
  const message = 'Send a subscription as an object with query, variables, operationName and extensions.';
  return refuse(httpStatus.badRequest, message);
}
