import { GraphQLError } from 'graphql';
import { type FetchAPI, isAsyncIterable, type Plugin } from 'graphql-yoga';
import { toMediaType } from '../../http/messages/media-type.ts';
import { toStreamRefusal } from '../../http/messages/refusal.ts';
import { httpStatus } from '../../http/messages/statuses.ts';
import { clientHasLeft } from '../request/client-has-left.ts';
import { withoutHttp } from '../request/http-extension.ts';
import type { YogaContext } from '../request/yoga-context.ts';

/**
 * Server-sent events. A subscription whose client accepts none is refused: Yoga would begin it before it finds out, and
 * nobody would ever end it. A subscription that is refused before its first event is answered with a status and JSON,
 * since an EventSource that receives an error in an event dials again and again. No proxy may buffer events.
 */
export function useEventStream(): Plugin<YogaContext> {
  const subscriptions = new WeakSet<Request>();
  return {
    onSubscribe: ({ args }) => {
      const { http, request } = args.contextValue;
      if (!http) return;
      requireEventStream(http.isHead, request.headers.get('accept'));
      // Its 'close' event has passed already, and nothing would end what begins now.
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
      // nginx buffers what a server sends unless a header forbids it.
      headers.set('x-accel-buffering', 'no');
      // Other proxies would compress it, for which they wait for more.
      headers.set('cache-control', 'no-store, no-transform');
      // It belongs to the connection to the proxy in front, which is Node's business.
      headers.delete('connection');
    },
  };
}

function requireEventStream(isHead: boolean, accept: string | null): void {
  if (isHead) {
    const message = 'A subscription has no end to describe: HEAD is for queries.';
    throw refuse(httpStatus.methodNotAllowed, message, { allow: 'GET, POST' });
  }
  if (acceptsEvents(accept)) return;
  const message =
    'A subscription over HTTP is answered with server-sent events: send accept: text/event-stream, or subscribe over a WebSocket.';
  throw refuse(httpStatus.notAcceptable, message);
}

/** A result that was refused as a whole: after the error of a field there is data, be it null. */
interface Refused {
  readonly errors: readonly GraphQLError[];
}

function isRefused(result: unknown): result is Refused {
  if (typeof result !== 'object' || result === null || isAsyncIterable(result)) return false;
  return 'errors' in result && Array.isArray(result.errors) && result.errors.length > 0 && !('data' in result);
}

/** The first error decides the status. */
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
