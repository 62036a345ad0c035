import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type Answer, isInPieces } from '../answers/answer.ts';
import { toCacheControl } from '../http/messages/cache-control.ts';
import { isNamedBy, toEtag } from '../http/messages/etag.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import type { MediaType } from '../http/messages/media-type.ts';
import { asDeclared } from '../http/messages/send.ts';
import { httpStatus } from '../http/messages/statuses.ts';

/** The request headers that an answer to GET depends on. */
const varying = 'Accept, Authorization';

/** Sends an answer. For GET and HEAD, adds headers for caches, and leaves out the body if the client has it already. */
export function sendAnswer(context: HttpContext, answer: Answer, mediaType: MediaType, now: number): void {
  const { request, response, cors } = context;
  if (response.destroyed) return;
  const { body, byteLength, expiry } = answer;
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
      caching.etag = toEtag(answer.digest, mediaType);
      if (isNamedBy(request.headers['if-none-match'] ?? '', caching.etag)) {
        response.writeHead(httpStatus.notModified, caching).end();
        return;
      }
    }
    Object.assign(headers, caching);
  }
  response.writeHead(httpStatus.ok, headers);
  if (isInPieces(body)) sendPieces(response, body);
  else response.end(body, answer.encoding);
}

/** Writes all pieces with one call of the system. */
function sendPieces(response: ServerResponse, pieces: readonly Uint8Array[]): void {
  response.cork();
  for (const piece of pieces) response.write(piece);
  // This uncorks the response.
  response.end();
}

/** Sets headers of an answer that the complete pipeline writes. The pipeline can change them. */
export function prepareHeaders({ request, response, cors }: HttpContext): void {
  const isStored = request.method !== 'POST' && request.method !== 'OPTIONS';
  const headers = {
    ...asDeclared,
    ...cors.headersFor(request, { expose: 'retry-after', ...(isStored ? { vary: varying } : {}) }),
  };
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
  if (isStored) response.setHeader('cache-control', 'no-store');
}
