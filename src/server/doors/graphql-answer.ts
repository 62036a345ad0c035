import type { OutgoingHttpHeaders } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import type { Answer } from '../answers/answer.ts';
import { toCacheControl } from '../http/messages/cache-control.ts';
import { isNamedBy, toEtag } from '../http/messages/etag.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import { contentTypes, type MediaType } from '../http/messages/media-type.ts';
import { asDeclared, endWith } from '../http/messages/send.ts';
import { httpStatus } from '../http/messages/statuses.ts';

/** The request headers that an answer to GET depends on. */
const varying = 'Accept, Authorization';

/** Sends an answer. For GET and HEAD, adds headers for caches, and leaves out the body if the client has it already. */
export function sendAnswer(context: HttpContext, answer: Answer, mediaType: MediaType, clock: Clock): void {
  const { request, response, cors } = context;
  if (response.destroyed) return;
  const isPost = request.method === 'POST';
  const headers = isPost ? cors.headersFor(request) : toCachingHeaders(context, answer, mediaType, clock.now());
  if (
    !isPost &&
    headers.etag !== undefined &&
    isNamedBy(request.headers['if-none-match'] ?? '', String(headers.etag))
  ) {
    response.writeHead(httpStatus.notModified, headers).end();
    return;
  }
  headers['content-type'] = contentTypes[mediaType];
  headers['content-length'] = answer.byteLength;
  response.writeHead(httpStatus.ok, Object.assign(headers, asDeclared));
  endWith(response, answer.body, answer.encoding);
}

function toCachingHeaders(
  { request, cors }: HttpContext,
  answer: Answer,
  mediaType: MediaType,
  now: number,
): OutgoingHttpHeaders {
  const { expiry } = answer;
  const isPrivate = request.headers.authorization !== undefined;
  const headers = cors.headersFor(request, { vary: varying, ...(expiry ? { expose: 'etag' } : {}) });
  headers['cache-control'] = toCacheControl(expiry, now, isPrivate);
  if (expiry) headers.etag = toEtag(answer.digest, mediaType);
  return headers;
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
