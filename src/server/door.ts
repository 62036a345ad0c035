import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Clock } from '../market/clock.ts';
import type { Answer } from './answer.ts';
import type { AnswerCache } from './answer-cache.ts';
import { type MediaType, toMediaType } from './media-type.ts';
import { fromJSON, fromQueryString, type OperationRequest } from './operation-request.ts';
import type { AnswerOperation } from './operations.ts';
import { graphqlPath } from './paths.ts';
import { readBody } from './read-body.ts';
import {
  prepareHeaders,
  sendAnswer,
  sendPreflight,
  sendTooLarge,
  sendUnexpected,
  sendUnreadable,
  sendUnsupported,
} from './respond.ts';

export interface DoorOptions {
  readonly clock: Clock;
  readonly cache: AnswerCache;
  readonly answer: AnswerOperation;
  /** Answers everything else. A body that was read already is the request's `body`. */
  readonly yoga: (request: IncomingMessage, response: ServerResponse) => unknown;
  /** Called with what must not happen. */
  readonly report: (error: unknown) => void;
}

/** Answers a request over HTTP, whatever it is. */
export type HandleRequest = (request: IncomingMessage, response: ServerResponse) => void;

const jsonBody = /^application\/(?:graphql\+)?json(?:;\s*charset=utf-?8)?$/i;

/** What Yoga reads besides. */
const anyBody = /^application\/(?:json|[\w.-]+\+json|graphql|x-www-form-urlencoded)\s*(?:;|$)/i;

/**
 * Where requests come in: the same one again is answered with the same bytes while they are fresh, a query goes the short
 * way, and Yoga has all others.
 */
export function createDoor({ clock, cache, answer, yoga, report }: DoorOptions): HandleRequest {
  async function answerPlain(
    key: string,
    mediaType: MediaType,
    parse: () => OperationRequest | null,
  ): Promise<Answer | null> {
    const kept = cache.find(key);
    if (kept) return kept;
    const operation = parse();
    const made = operation && (await answer(operation, mediaType));
    if (made) cache.keep(key, made);
    return made;
  }

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Yoga's adapter would answer with a stack trace.
    if (!URL.canParse(`http://${request.headers.host ?? 'localhost'}${request.url}`)) {
      sendUnreadable(response);
      return;
    }
    prepareHeaders(request, response);
    // Yoga knows no HEAD; what it answers to GET goes out without its body.
    if (request.method === 'HEAD') request.method = 'GET';
    await yoga(request, response);
  }

  async function handleGet(request: IncomingMessage, response: ServerResponse, search: string): Promise<void> {
    const { accept, authorization } = request.headers;
    const mediaType = accept?.includes('text/html') ? null : toMediaType(accept);
    const key = `GET ${mediaType} ${authorization}\n${search}`;
    const plain = mediaType && (await answerPlain(key, mediaType, () => fromQueryString(search)));
    if (plain) sendAnswer(request, response, plain, clock.now());
    else await forward(request, response);
  }

  async function handlePost(request: IncomingMessage, response: ServerResponse, search: string): Promise<void> {
    const { accept, authorization, 'content-type': contentType = '' } = request.headers;
    const mediaType = toMediaType(accept);
    if (!anyBody.test(contentType)) return sendUnsupported(response, mediaType ?? 'application/json');
    const body = await readBody(request);
    if (body === null) return;
    if (body === 'too-large') return sendTooLarge(response, mediaType ?? 'application/json');
    if (mediaType && search === '' && jsonBody.test(contentType)) {
      const text = body.toString();
      const plain = await answerPlain(`POST ${mediaType} ${authorization}\n${text}`, mediaType, () => fromJSON(text));
      if (plain) return sendAnswer(request, response, plain, clock.now());
    }
    await forward(Object.assign(request, { body: Readable.from([body]) }), response);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    const [path, ...rest] = url.split('?');
    const search = rest.join('?');
    if (path !== graphqlPath) return forward(request, response);
    if (method === 'OPTIONS') return sendPreflight(request, response);
    if (method === 'POST') return handlePost(request, response, search);
    if (method === 'GET' || method === 'HEAD') return handleGet(request, response, search);
    return forward(request, response);
  }

  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      report(error);
      sendUnexpected(response, 'application/json');
    });
  };
}
