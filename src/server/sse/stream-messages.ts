import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { HttpContext } from '../http/messages/http-context.ts';
import { acceptsEvents, toMediaType } from '../http/messages/media-type.ts';
import { refuse, toClientJson, toStreamRefusal } from '../http/messages/refusal.ts';
import { httpStatus } from '../http/messages/statuses.ts';

/** Throws if the client cannot receive events. */
export function requireEventStream({ request }: HttpContext): void {
  if (request.method === 'HEAD') {
    const message = 'HEAD is only for queries: the answer to a subscription has no end.';
    throw refuse(httpStatus.methodNotAllowed, message, { allow: 'GET, POST' });
  }
  if (acceptsEvents(request.headers.accept)) return;
  const message =
    'A subscription over HTTP is answered with server-sent events: send accept: text/event-stream, or subscribe over a WebSocket.';
  throw refuse(httpStatus.notAcceptable, message);
}

/** Begins the answer with this text. */
export function beginEvents(response: ServerResponse, head: string): void {
  // Not in writeHead: from this header, the shutdown recognises an event stream.
  response.setHeader('content-type', 'text/event-stream');
  // nginx buffers answers unless a header forbids it.
  response.setHeader('x-accel-buffering', 'no');
  // Other proxies would compress the stream, and would wait for more data to do so.
  response.setHeader('cache-control', 'no-store, no-transform');
  response.setHeader('content-encoding', 'none');
  response.writeHead(httpStatus.ok);
  response.write(head);
}

/**
 * Answers a subscription that is refused before its first event with a status and JSON, because an EventSource that
 * receives an error in an event reconnects again and again. The first error determines the status.
 */
export function sendRefusedStream({ request, response }: HttpContext, errors: readonly GraphQLError[]): void {
  const [first] = errors;
  const { status, headers } = first ? toStreamRefusal(first) : { status: httpStatus.internalServerError, headers: {} };
  const body = JSON.stringify({ errors: errors.map(toClientJson) });
  response.writeHead(status, {
    'content-type': `${toMediaType(request.headers.accept) ?? 'application/json'}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}
