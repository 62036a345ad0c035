import type { IncomingMessage } from 'node:http';

/** What names the reservation in the single connection mode of GraphQL over SSE. */
const tokenHeader = 'x-graphql-event-stream-token';

/** What a client is told that asks for it. */
export const noSingleConnection =
  'The single connection mode of GraphQL over SSE is not served here: create the client with singleConnection: false, so that each subscription has a connection of its own, or subscribe over a WebSocket.';

/** The same as a reason phrase, which is all that the client of graphql-sse shows. */
export const noSingleConnectionReason = 'Single connection mode is not served, use singleConnection: false';

/**
 * The status to refuse a request with that belongs to the single connection mode of GraphQL over SSE, where PUT reserves
 * an event stream and DELETE ends an operation of it; null of all others. `search` is its query string.
 */
export function toSingleConnectionStatus({ method, headers }: IncomingMessage, search: string): number | null {
  if (method === 'PUT' || method === 'DELETE') return 405;
  if (headers[tokenHeader] !== undefined) return 400;
  if (method !== 'GET' || !headers.accept?.includes('text/event-stream')) return null;
  const given = new URLSearchParams(search);
  return given.has('token') && !given.has('query') ? 400 : null;
}
