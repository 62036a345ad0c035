import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import { type Answer, isNamedBy } from '../answers/answer.ts';
import { type Refusal, toRefusal } from '../graphql/refusal.ts';
import { toCacheControl } from '../http/cache-control.ts';
import { readableCodings } from '../http/content-coding.ts';
import type { Cors } from '../http/cors.ts';
import { type MediaType, toMediaType } from '../http/media-type.ts';
import { maxBodyBytes } from '../http/read-body.ts';
import { noSingleConnection, noSingleConnectionReason } from '../http/single-connection.ts';

/** Where an answer goes. */
export interface Reply {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly cors: Cors;
}

/** What an answer to GET depends on besides its address. */
const varying = 'Accept, Authorization';

/** How long a browser need not ask again; Chromium makes two hours of it, and Firefox takes the day. */
const preflightSeconds = '86400';

/** An answer is what it says it is: what a client wrote comes back in some. */
const asDeclared = { 'x-content-type-options': 'nosniff' };

/** Sends an answer; to GET and HEAD with what caches need, and without its body where the client has it. */
export function sendAnswer({ request, response, cors }: Reply, answer: Answer, now: number): void {
  if (response.destroyed) return;
  const { body, byteLength, mediaType, expiry } = answer;
  const headers: OutgoingHttpHeaders = {
    'content-type': `${mediaType}; charset=utf-8`,
    'content-length': byteLength,
    ...asDeclared,
  };
  if (request.method === 'POST') {
    Object.assign(headers, cors.headersFor(request));
  } else {
    const isPrivate = request.headers.authorization !== undefined;
    const caching = cors.headersFor(request, { vary: varying, ...(expiry ? { expose: 'etag' } : {}) });
    caching['cache-control'] = toCacheControl(expiry, now, isPrivate);
    if (expiry) {
      caching.etag = answer.etag;
      if (isNamedBy(request.headers['if-none-match'] ?? '', caching.etag)) {
        response.writeHead(304, caching).end();
        return;
      }
    }
    Object.assign(headers, caching);
  }
  response.writeHead(200, headers);
  response.end(body, answer.encoding);
}

/** Answers a body that is too large. */
export function sendTooLarge(reply: Reply): void {
  const message = `The body has more than ${maxBodyBytes / 1024} KB, which is the most there may be.`;
  sendError(reply, 413, message, 'BAD_USER_INPUT');
}

/** Answers a body of a type that nobody reads here. */
export function sendUnsupported(reply: Reply): void {
  sendError(reply, 415, 'Send the request as JSON, with content-type: application/json.', 'BAD_USER_INPUT');
}

/** Answers a body that is compressed in a way that nobody reads here. */
export function sendUnknownCoding(reply: Reply): void {
  const message = `Send the body as it is, or with one content-encoding of ${readableCodings}.`;
  sendError(reply, 415, message, 'BAD_USER_INPUT', { 'accept-encoding': readableCodings });
}

/** Answers a body that is not compressed as it says. */
export function sendCorrupt(reply: Reply, coding: string): void {
  const message = `The body is not ${coding}, as its content-encoding says, or a part of it is missing.`;
  sendError(reply, 400, message, 'BAD_USER_INPUT');
}

/** Answers a request of a mode of GraphQL over SSE that is not served. */
export function sendNoSingleConnection(reply: Reply, status: number): void {
  reply.response.statusMessage = noSingleConnectionReason;
  sendError(reply, status, noSingleConnection, 'BAD_USER_INPUT', status === 405 ? { allow: 'GET, HEAD, POST' } : {});
}

/** Answers what went wrong here for no reason that a client should know. */
export function sendUnexpected(reply: Reply): void {
  sendError(reply, 500, 'Something went wrong on this server.', 'INTERNAL_SERVER_ERROR');
}

/** Answers who was not let in, or asked for too much: a browser that wants a page with the sentence alone. */
export function sendRefusal(reply: Reply, error: GraphQLError, { status, headers }: Refusal): void {
  const { method, headers: given } = reply.request;
  if (method === 'GET' && given.accept?.includes('text/html')) {
    send(reply, status, 'text/plain', `${error.message}\n`, headers);
  } else {
    sendErrors(reply, status, [error.toJSON()], headers);
  }
}

/** Answers what refused a whole request, or went wrong with it. */
export function sendFailure(reply: Reply, error: GraphQLError): void {
  const refusal = toRefusal(error);
  if (refusal) sendRefusal(reply, error, refusal);
  else sendUnexpected(reply);
}

/** Answers a request of which nobody can say where it goes. */
export function sendUnreadable(reply: Reply): void {
  send(reply, 400, 'text/plain', 'The Host header or the address cannot be read.\n');
}

/** Answers a browser that asks what another page may send. */
export function sendPreflight({ request, response, cors }: Reply): void {
  const asked = request.headers['access-control-request-headers'];
  const headers = cors.headersFor(request, { vary: 'Access-Control-Request-Headers' });
  if (headers['access-control-allow-origin'] !== undefined) {
    headers['access-control-allow-methods'] = 'GET, HEAD, POST';
    headers['access-control-max-age'] = preflightSeconds;
    if (asked !== undefined) headers['access-control-allow-headers'] = asked;
  }
  // Safari waits for a body without it.
  response.writeHead(204, { ...headers, 'content-length': 0 }).end();
}

/** The headers of whatever somebody else will answer, who may change them. */
export function prepareHeaders({ request, response, cors }: Reply): void {
  const isStored = request.method !== 'POST' && request.method !== 'OPTIONS';
  const headers = {
    ...asDeclared,
    ...cors.headersFor(request, { expose: 'retry-after', ...(isStored ? { vary: varying } : {}) }),
  };
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
  if (isStored) response.setHeader('cache-control', 'no-store');
}

function sendError(reply: Reply, status: number, message: string, code: string, more: Refusal['headers'] = {}): void {
  sendErrors(reply, status, [{ message, extensions: { retryable: false, code } }], more);
}

function sendErrors(reply: Reply, status: number, errors: readonly object[], more: Refusal['headers'] = {}): void {
  const mediaType: MediaType = toMediaType(reply.request.headers.accept) ?? 'application/json';
  send(reply, status, mediaType, JSON.stringify({ errors }), more);
}

function send(reply: Reply, status: number, type: string, body: string, more: Refusal['headers'] = {}): void {
  const { request, response, cors } = reply;
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...asDeclared,
    ...cors.headersFor(request, more['retry-after'] === undefined ? {} : { expose: 'retry-after' }),
    ...more,
  });
  response.end(body);
}
