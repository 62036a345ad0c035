import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { ClientErrorCode } from '../../../graphql/execution/error-codes.ts';
import { opensPage } from './accept.ts';
import type { HttpContext } from './http-context.ts';
import { type MediaType, toMediaType } from './media-type.ts';
import { type Refusal, toClientJson, toRefusal } from './refusal.ts';
import { httpStatus } from './statuses.ts';

/** Browsers must not guess the content type, because some answers repeat text from the client. */
export const asDeclared = { 'x-content-type-options': 'nosniff' };

/**
 * How long a browser can keep the answer to a preflight request, in seconds. Chromium uses at most two hours, and
 * Firefox the whole day.
 */
const preflightSeconds = '86400';

/**
 * Ends an answer whose head is written and whose length is declared with its whole body, or with all pieces of it. Not `end(body)`: Node then adds
 * an empty chunk, gathers both in a buffer and writes it in the slower way, which costs a microsecond. The socket is
 * corked, so that the head is sent together with the body.
 */
export function endWith(
  response: ServerResponse,
  body: string | Buffer | readonly Uint8Array[],
  encoding: 'latin1' | 'utf8',
): void {
  const { socket } = response;
  socket?.cork();
  if (typeof body === 'string' || body instanceof Uint8Array) response.write(body, encoding);
  else for (const piece of body) response.write(piece);
  socket?.uncork();
  response.end();
}

/** Answers a preflight request: a browser asks what a page of another origin may send. */
export function sendPreflight({ request, response, cors }: HttpContext, methods: readonly string[]): void {
  const asked = request.headers['access-control-request-headers'];
  const headers = cors.headersFor(request, { vary: 'Access-Control-Request-Headers' });
  if (headers['access-control-allow-origin'] !== undefined) {
    headers['access-control-allow-methods'] = methods.join(', ');
    headers['access-control-max-age'] = preflightSeconds;
    if (asked !== undefined) headers['access-control-allow-headers'] = asked;
  }
  // Without this header, Safari waits for a body.
  response.writeHead(httpStatus.noContent, { ...headers, 'content-length': 0 }).end();
}

/** Answers with an error that has no error code of its own in this server. */
export function sendError(
  context: HttpContext,
  status: number,
  message: string,
  code: ClientErrorCode,
  headers: Refusal['headers'] = {},
): void {
  sendErrors(context, status, [{ message, extensions: { retryable: false, code } }], headers);
}

/** Answers with an error that concerns the whole request. An error that is not a refusal is masked. */
export function sendFailure(context: HttpContext, error: GraphQLError): void {
  const refusal = toRefusal(error);
  if (refusal) sendRefusal(context, error, refusal);
  else {
    sendError(context, httpStatus.internalServerError, 'Something went wrong on this server.', 'INTERNAL_SERVER_ERROR');
  }
}

/** Answers with plain text. */
export function sendText(context: HttpContext, status: number, text: string, headers: Refusal['headers'] = {}): void {
  send(context, status, 'text/plain', text, headers);
}

/** A browser that requests a page receives only the error message, as plain text. */
function sendRefusal(context: HttpContext, error: GraphQLError, { status, headers }: Refusal): void {
  if (opensPage(context.request)) sendText(context, status, `${error.message}\n`, headers);
  else sendErrors(context, status, [toClientJson(error)], headers);
}

function sendErrors(
  context: HttpContext,
  status: number,
  errors: readonly object[],
  headers: Refusal['headers'],
): void {
  const mediaType: MediaType = toMediaType(context.request.headers.accept) ?? 'application/json';
  send(context, status, mediaType, JSON.stringify({ errors }), headers);
}

/** Answers with a short text of this type in UTF-8, which no cache keeps. */
export function send(
  context: HttpContext,
  status: number,
  type: string,
  body: string,
  headers: Refusal['headers'],
): void {
  const { request, response, cors } = context;
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...asDeclared,
    ...cors.headersFor(request, headers['retry-after'] === undefined ? {} : { expose: 'retry-after' }),
    ...headers,
  });
  response.end(body);
}
