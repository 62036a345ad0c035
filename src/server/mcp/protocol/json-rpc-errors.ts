import { asDeclared } from '../../http/messages/send.ts';
import { httpStatus } from '../../http/messages/statuses.ts';
import type { ApiRequest } from '../../routing/route.ts';
import type { MessageFault } from './message-faults.ts';

/** The codes of JSON-RPC 2.0, and the first one that it leaves to servers. */
export const rpcCode = {
  parseError: -32_700,
  invalidRequest: -32_600,
  invalidParams: -32_602,
  refused: -32_000,
} as const;

/** Answers a request that contains no message to answer, with an error without an id. */
export function sendRpcError(
  { request, response, cors }: ApiRequest,
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } });
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...asDeclared,
    ...cors.headersFor(request),
    ...headers,
  });
  response.end(body);
}

/**
 * The answer to a message that cannot be read. A request gets it with status 200, so that its client finds it by its id
 * instead of failing with a status.
 */
export function toFaultResponse({ id, code, message }: MessageFault): Response {
  const body = JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return new Response(body, { status: id === null ? httpStatus.badRequest : httpStatus.ok, headers });
}

export function sendNotAcceptable(given: ApiRequest): void {
  const message =
    'Answers are JSON or an event with JSON: send Accept: application/json, text/event-stream, or one of the two.';
  sendRpcError(given, httpStatus.notAcceptable, rpcCode.refused, message);
}

export function sendForbidden(given: ApiRequest): void {
  const message =
    'Pages of this origin may not use MCP on this server: it accepts pages of loopback addresses, and the origins in CORS_ORIGINS.';
  sendRpcError(given, httpStatus.forbidden, rpcCode.refused, message);
}

export function sendWrongMethod(given: ApiRequest): void {
  const message =
    'This path answers only POST: it keeps no sessions, so there is no stream to open with GET and no session to end with DELETE.';
  sendRpcError(given, httpStatus.methodNotAllowed, rpcCode.refused, message, { allow: 'POST, OPTIONS' });
}
