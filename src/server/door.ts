import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Clock } from '../market/clock.ts';
import type { Answer } from './answer.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { Caller, Gate } from './gate.ts';
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
  readonly gate: Gate;
  readonly cache: AnswerCache;
  readonly answer: AnswerOperation;
  /** Answers everything else. A body that was read already is the request's `body`. */
  readonly yoga: (request: IncomingMessage, response: ServerResponse, context: YogaContext) => unknown;
  /** Called with what must not happen. */
  readonly report: (error: unknown) => void;
}

/** What Yoga is told of a request besides. */
export interface YogaContext {
  readonly caller: Caller;
  readonly response: ServerResponse;
}

/** Answers a request over HTTP, whatever it is. */
export type HandleRequest = (request: IncomingMessage, response: ServerResponse) => void;

const jsonBody = /^application\/(?:graphql\+)?json(?:;\s*charset=utf-?8)?$/i;

/** What Yoga reads besides. */
const anyBody = /^application\/(?:json|[\w.-]+\+json|graphql|x-www-form-urlencoded)\s*(?:;|$)/i;

/** A request that was let in. */
interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: Caller;
}

/**
 * Where requests come in: the same one again is answered with the same bytes while they are fresh, a query goes the short
 * way, and Yoga has all others.
 */
export function createDoor({ clock, gate, cache, answer, yoga, report }: DoorOptions): HandleRequest {
  async function answerPlain(
    caller: Caller,
    key: string,
    mediaType: MediaType,
    parse: () => OperationRequest | null,
  ): Promise<Answer | null> {
    const kept = cache.find(key);
    if (kept) {
      await gate.takeCost(caller, kept.cost);
      return kept;
    }
    const operation = parse();
    const made = operation && (await answer(operation, mediaType, (cost) => gate.takeCost(caller, cost)));
    if (made) cache.keep(key, made);
    return made;
  }

  async function forward({ request, response, caller }: Visit): Promise<void> {
    // Yoga's adapter would answer with a stack trace.
    if (!URL.canParse(`http://${request.headers.host ?? 'localhost'}${request.url}`)) {
      sendUnreadable(response);
      return;
    }
    prepareHeaders(request, response);
    // Yoga knows no HEAD; what it answers to GET goes out without its body.
    if (request.method === 'HEAD') request.method = 'GET';
    await yoga(request, response, { caller, response });
  }

  async function handleGet(visit: Visit, search: string): Promise<void> {
    const { request, response, caller } = visit;
    const { accept, authorization } = request.headers;
    const mediaType = accept?.includes('text/html') ? null : toMediaType(accept);
    const key = `GET ${mediaType} ${authorization}\n${search}`;
    const plain = mediaType && (await answerPlain(caller, key, mediaType, () => fromQueryString(search)));
    if (plain) sendAnswer(request, response, plain, clock.now());
    else await forward(visit);
  }

  async function handlePost(visit: Visit, search: string): Promise<void> {
    const { request, response, caller } = visit;
    const { accept, authorization, 'content-type': contentType = '' } = request.headers;
    const mediaType = toMediaType(accept);
    if (!anyBody.test(contentType)) return sendUnsupported(response, mediaType ?? 'application/json');
    const body = await readBody(request);
    if (body === null) return;
    if (body === 'too-large') return sendTooLarge(response, mediaType ?? 'application/json');
    if (mediaType && search === '' && jsonBody.test(contentType)) {
      const text = body.toString();
      const key = `POST ${mediaType} ${authorization}\n${text}`;
      const plain = await answerPlain(caller, key, mediaType, () => fromJSON(text));
      if (plain) return sendAnswer(request, response, plain, clock.now());
    }
    Object.assign(request, { body: Readable.from([body]) });
    await forward(visit);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    const [path, ...rest] = url.split('?');
    const search = rest.join('?');
    if (path === graphqlPath && method === 'OPTIONS') return sendPreflight(request, response);
    const caller = gate.identify(gate.addressOf(request), request.headers.authorization);
    await gate.takeRequest(caller);
    const visit: Visit = { request, response, caller };
    if (path !== graphqlPath) return forward(visit);
    if (method === 'POST') return handlePost(visit, search);
    if (method === 'GET' || method === 'HEAD') return handleGet(visit, search);
    return forward(visit);
  }

  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      report(error);
      sendUnexpected(response, 'application/json');
    });
  };
}
