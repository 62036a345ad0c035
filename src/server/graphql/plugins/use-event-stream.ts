import { GraphQLError } from 'graphql';
import { type FetchAPI, isAsyncIterable, type Plugin } from 'graphql-yoga';
import { toMediaType } from '../../http/messages/media-type.ts';
import { toStreamRefusal } from '../../http/messages/refusal.ts';
import { httpStatus } from '../../http/messages/statuses.ts';
import { clientHasLeft } from '../request/client-has-left.ts';
import { withoutHttp } from '../request/http-extension.ts';
import type { YogaContext } from '../request/yoga-context.ts';

/**
 * Server-sent events. If the client does not accept them, a subscription is refused: Yoga would start it before it
 * checks that, and nothing would ever end it. A subscription that is refused before its first event is answered with a
 * status and JSON, because an EventSource that receives an error in an event reconnects again and again. Proxies must
 * not buffer events.
 */
export function useEventStream(): Plugin<YogaContext> {
  const subscriptions = new WeakSet<Request>();
  return {
    onSubscribe: ({ args }) => {
      const { http, request } = args.contextValue;
      if (!http) return;
      requireEventStream(http.isHead, request.headers.get('accept'));
      // The 'close' event has been emitted already, so nothing would end a subscription that begins now.
      if (http.response.destroyed) throw clientHasLeft();
      subscriptions.add(request);
    },
    onResultProcess: ({ request, result, setResultProcessor }) => {
      const mediaType = toMediaType(request.headers.get('accept') ?? undefined);
      const isForEvents = mediaType === null && acceptsEvents(request.headers.get('accept'));
      if (!isForEvents && !subscriptions.has(request)) return;
      if (!isRefused(result)) return;
      const { errors } = result;
      setResultProcessor(
        (_result, fetchAPI, type) => toResponse(errors, fetchAPI, type),
        mediaType ?? 'application/json',
      );
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

function requireEventStream(isHead: boolean, accept: string | null): void {
  if (isHead) {
    const message = 'HEAD is only for queries: the answer to a subscription has no end.';
    throw refuse(httpStatus.methodNotAllowed, message, { allow: 'GET, POST' });
  }
  if (acceptsEvents(accept)) return;
  const message =
    'A subscription over HTTP is answered with server-sent events: send accept: text/event-stream, or subscribe over a WebSocket.';
  throw refuse(httpStatus.notAcceptable, message);
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
function toResponse(errors: readonly GraphQLError[], fetchAPI: FetchAPI, mediaType: string): Response {
  const [first] = errors;
  const { status, headers } = first ? toStreamRefusal(first) : { status: httpStatus.internalServerError, headers: {} };
  return new fetchAPI.Response(JSON.stringify({ errors: errors.map(withoutHttp) }), {
    status,
    headers: { 'content-type': `${mediaType}; charset=utf-8`, 'cache-control': 'no-store', ...headers },
  });
}

function acceptsEvents(accept: string | null): boolean {
  const ranges = (accept || '*/*').toLowerCase().split(',');
  return ranges.some((range) => /^\s*(?:text\/event-stream|text\/\*|\*\/\*)\s*(?:;|$)/.test(range));
}

function refuse(status: number, message: string, headers: Readonly<Record<string, string>> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status, headers } } });
}
