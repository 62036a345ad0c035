import { GraphQLError } from 'graphql';
import { type FetchAPI, isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { YogaContext } from '../../doors/graphql-http.ts';
import { toMediaType } from '../../http/media-type.ts';
import { toStreamRefusal, withoutHttp } from '../refusal.ts';

/**
 * Server-sent events. A subscription whose client takes none is refused: Yoga would take it up and find out afterwards,
 * and nobody would ever end it. One that is refused before its first event is answered with a status and JSON, since an
 * EventSource that is told in an event dials again and again. No proxy may keep events back to send some at once.
 */
export function useEventStream(): Plugin<YogaContext> {
  const subscriptions = new WeakSet<Request>();
  return {
    onSubscribe: ({ args }) => {
      const { isHead, request, response } = args.contextValue;
      if (isHead)
        throw refuse(405, 'A subscription has no end to describe: HEAD is for queries.', { allow: 'GET, POST' });
      if (!takesEvents(request.headers.get('accept'))) {
        throw refuse(
          406,
          'A subscription over HTTP is answered with server-sent events: send accept: text/event-stream, or subscribe over a WebSocket.',
        );
      }
      // Its close has been told already, and nothing would end what begins now.
      if (response.destroyed) throw refuse(400, 'The client has gone.');
      subscriptions.add(request);
    },
    onResultProcess: ({ request, result, setResultProcessor }) => {
      const mediaType = toMediaType(request.headers.get('accept') ?? undefined);
      const isForEvents = mediaType === null && takesEvents(request.headers.get('accept'));
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
      // nginx buffers what a server sends unless that says this.
      headers.set('x-accel-buffering', 'no');
      // Other proxies would compress it, for which they wait for more.
      headers.set('cache-control', 'no-store, no-transform');
      // Of the connection to whatever is in front, which is for Node to say.
      headers.delete('connection');
    },
  };
}

/** What was refused as a whole: of a field's error there is data, be it null. */
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
  const { status, headers } = first ? toStreamRefusal(first) : { status: 500, headers: {} };
  return new fetchAPI.Response(JSON.stringify({ errors: errors.map(withoutHttp) }), {
    status,
    headers: { 'content-type': `${mediaType}; charset=utf-8`, 'cache-control': 'no-store', ...headers },
  });
}

function takesEvents(accept: string | null): boolean {
  const ranges = (accept || '*/*').toLowerCase().split(',');
  return ranges.some((range) => /^\s*(?:text\/event-stream|text\/\*|\*\/\*)\s*(?:;|$)/.test(range));
}

function refuse(status: number, message: string, headers: Readonly<Record<string, string>> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status, headers } } });
}
