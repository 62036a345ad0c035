import type { IncomingMessage } from 'node:http';
import type { HttpContext } from '../http/messages/http-context.ts';
import { sendError } from '../http/messages/send.ts';
import { httpStatus } from '../http/messages/statuses.ts';

/** The header that names the reservation in the single connection mode of GraphQL over SSE. */
const tokenHeader = 'x-graphql-event-stream-token';

const message =
  'This server does not support the single connection mode of GraphQL over SSE: create the client with singleConnection: false, so that each subscription has its own connection, or subscribe over a WebSocket.';

/** A short form as reason phrase, because the client of graphql-sse shows only that. */
const reasonPhrase = 'Single connection mode is not supported, use singleConnection: false';

/**
 * The status that refuses a request of the single connection mode of GraphQL over SSE; null for all other requests. In
 * this mode, PUT reserves an event stream and DELETE ends one of its operations. `search` is the query string.
 */
export function toSingleConnectionStatus({ method, headers }: IncomingMessage, search: string): number | null {
  if (method === 'PUT' || method === 'DELETE') return httpStatus.methodNotAllowed;
  if (headers[tokenHeader] !== undefined) return httpStatus.badRequest;
  if (method !== 'GET' || !headers.accept?.includes('text/event-stream')) return null;
  const given = new URLSearchParams(search);
  return given.has('token') && !given.has('query') ? httpStatus.badRequest : null;
}

/** Refuses a request of this mode. */
export function sendNoSingleConnection(context: HttpContext, status: number): void {
  context.response.statusMessage = reasonPhrase;
  const headers: Record<string, string> = status === httpStatus.methodNotAllowed ? { allow: 'GET, HEAD, POST' } : {};
  sendError(context, status, message, 'BAD_USER_INPUT', headers);
}
