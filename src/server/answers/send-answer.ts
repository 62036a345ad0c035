import type { OutgoingHttpHeaders } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { toCacheControl } from '../http/messages/cache-control.ts';
import { isNamedBy, toEtag } from '../http/messages/etag.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import { asDeclared, endWith } from '../http/messages/send.ts';
import { httpStatus } from '../http/messages/statuses.ts';
import type { Answer } from './answer.ts';

/** An answer, or what a door has made from one. */
export type SendableAnswer = Pick<Answer, 'body' | 'byteLength' | 'encoding' | 'digest' | 'expiry'>;

/** The form in which an answer is sent. */
export interface AnswerForm {
  readonly contentType: string;
  /** Distinguishes the entity tags of different forms of the same answer: see `toEtag`. */
  readonly variant: string;
  /** Further headers of an answer with a body. */
  readonly headers?: OutgoingHttpHeaders;
}

/** The request headers that an answer to GET depends on. */
export const varying = 'Accept, Authorization';

/** Sends an answer. For GET and HEAD, adds headers for caches, and leaves out the body if the client has it already. */
export function sendAnswer(context: HttpContext, answer: SendableAnswer, form: AnswerForm, clock: Clock): void {
  const { request, response, cors } = context;
  if (response.destroyed) return;
  const isPost = request.method === 'POST';
  const headers = isPost ? cors.headersFor(request) : toCachingHeaders(context, answer, form.variant, clock.now());
  if (
    !isPost &&
    headers.etag !== undefined &&
    isNamedBy(request.headers['if-none-match'] ?? '', String(headers.etag))
  ) {
    response.writeHead(httpStatus.notModified, headers).end();
    return;
  }
  headers['content-type'] = form.contentType;
  headers['content-length'] = answer.byteLength;
  response.writeHead(httpStatus.ok, Object.assign(headers, asDeclared, form.headers));
  endWith(response, answer.body, answer.encoding);
}

function toCachingHeaders(
  { request, cors }: HttpContext,
  answer: SendableAnswer,
  variant: string,
  now: number,
): OutgoingHttpHeaders {
  const { expiry } = answer;
  const isPrivate = request.headers.authorization !== undefined;
  const headers = cors.headersFor(request, { vary: varying, ...(expiry ? { expose: 'etag' } : {}) });
  headers['cache-control'] = toCacheControl(expiry, now, isPrivate);
  if (expiry) headers.etag = toEtag(answer.digest, variant);
  return headers;
}
