import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type Answer, isNamedBy } from './answer.ts';
import { toCacheControl } from './cache-control.ts';
import type { MediaType } from './media-type.ts';
import { maxBodyBytes } from './read-body.ts';

/** Public data without cookies: any page may ask. */
const anyOrigin = { 'access-control-allow-origin': '*' };

/** What an answer to GET depends on besides its address. */
const varying = { vary: 'Accept, Authorization' };

/** Sends an answer; to GET and HEAD with what caches need, and without its body where the client has it. */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer, now: number): void {
  if (response.destroyed) return;
  const { body, byteLength, mediaType, expiry } = answer;
  const headers: OutgoingHttpHeaders = {
    'content-type': `${mediaType}; charset=utf-8`,
    'content-length': byteLength,
    ...anyOrigin,
  };
  if (request.method !== 'POST') {
    const isPrivate = request.headers.authorization !== undefined;
    const caching: OutgoingHttpHeaders = { ...varying, 'cache-control': toCacheControl(expiry, now, isPrivate) };
    if (expiry) {
      caching.etag = answer.etag;
      caching['access-control-expose-headers'] = 'etag';
      if (isNamedBy(request.headers['if-none-match'] ?? '', caching.etag)) {
        response.writeHead(304, { ...anyOrigin, ...caching }).end();
        return;
      }
    }
    Object.assign(headers, caching);
  }
  response.writeHead(200, headers);
  response.end(body, answer.encoding);
}

/** Answers a body that is too large. */
export function sendTooLarge(response: ServerResponse, mediaType: MediaType): void {
  const message = `The body has more than ${maxBodyBytes / 1024} KB, which is the most there may be.`;
  sendError(response, 413, mediaType, message, 'BAD_USER_INPUT');
}

/** Answers a body of a type that nobody reads here. */
export function sendUnsupported(response: ServerResponse, mediaType: MediaType): void {
  sendError(
    response,
    415,
    mediaType,
    'Send the request as JSON, with content-type: application/json.',
    'BAD_USER_INPUT',
  );
}

/** Answers what went wrong here for no reason that a client should know. */
export function sendUnexpected(response: ServerResponse, mediaType: MediaType): void {
  if (!response.headersSent) {
    sendError(response, 500, mediaType, 'Something went wrong on this server.', 'INTERNAL_SERVER_ERROR');
  }
}

/** Answers a request of which nobody can say where it goes. */
export function sendUnreadable(response: ServerResponse): void {
  response.writeHead(400, { 'content-type': 'text/plain' }).end('The Host header or the address cannot be read.\n');
}

/** Answers a browser that asks what another page may send. */
export function sendPreflight(request: IncomingMessage, response: ServerResponse): void {
  const asked = request.headers['access-control-request-headers'];
  response
    .writeHead(204, {
      ...anyOrigin,
      'access-control-allow-methods': 'GET, HEAD, POST',
      ...(asked === undefined ? {} : { 'access-control-allow-headers': asked }),
      vary: 'Access-Control-Request-Headers',
      // Safari waits for a body without it.
      'content-length': 0,
    })
    .end();
}

/** The headers of whatever somebody else will answer, who may change them. */
export function prepareHeaders(request: IncomingMessage, response: ServerResponse): void {
  response.setHeaders(new Map(Object.entries(anyOrigin)));
  if (request.method === 'POST' || request.method === 'OPTIONS') return;
  response.setHeader('vary', varying.vary);
  response.setHeader('cache-control', 'no-store');
}

function sendError(response: ServerResponse, status: number, mediaType: MediaType, message: string, code: string) {
  const body = JSON.stringify({ errors: [{ message, extensions: { retryable: false, code } }] });
  response.writeHead(status, {
    'content-type': `${mediaType}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...anyOrigin,
  });
  response.end(body);
}
