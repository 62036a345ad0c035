import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import { toClientError } from '../../graphql/execution/errors.ts';
import type { Gate, Principal } from '../access/gate.ts';
import type { Answer } from '../answers/answer.ts';
import { fromJSON, fromQueryString, type OperationRequest } from '../answers/operation-request.ts';
import type { AnswerOperation } from '../answers/operations.ts';
import type { ResponseCache } from '../answers/response-cache.ts';
import { decompress, toCoding } from '../http/content-coding.ts';
import type { Cors } from '../http/cors.ts';
import { type MediaType, toMediaType } from '../http/media-type.ts';
import { maxBodyBytes, readBody } from '../http/read-body.ts';
import { toSingleConnectionStatus } from '../http/single-connection.ts';
import type { RequestObserver } from '../observe/request-observer.ts';
import { type RequestRecord, toCode } from '../observe/request-record.ts';
import {
  prepareHeaders,
  type Reply,
  sendAnswer,
  sendCorrupt,
  sendFailure,
  sendNoSingleConnection,
  sendPreflight,
  sendTooLarge,
  sendUnknownCoding,
  sendUnreadable,
  sendUnsupported,
} from './respond.ts';

export interface DoorOptions {
  readonly clock: Clock;
  readonly gate: Gate;
  readonly cors: Cors;
  readonly cache: ResponseCache;
  readonly answer: AnswerOperation;
  readonly observer: RequestObserver;
  /** Answers everything else. A body that was read already is the request's `body`. */
  readonly yoga: (request: IncomingMessage, response: ServerResponse, context: YogaContext) => unknown;
  /** Called with what must not happen. */
  readonly report: (error: unknown) => void;
}

/** What Yoga is told of a request besides. */
export interface YogaContext {
  readonly principal: Principal;
  readonly response: ServerResponse;
  readonly isHead: boolean;
  /** True where its cost was taken already. */
  readonly isCharged: boolean;
  /** Left out where nobody asks how it went. */
  readonly record?: RequestRecord;
}

/** Answers a request over HTTP, whatever it is. */
export type HandleRequest = (request: IncomingMessage, response: ServerResponse) => void;

const jsonBody = /^application\/(?:graphql\+)?json(?:;\s*charset=utf-?8)?$/i;

/**
 * What Yoga reads besides. Not what a form of another page can send without a preflight, nor a text that is no JSON.
 */
const anyBody = /^application\/(?:json|[\w.-]+\+json)\s*(?:;|$)/i;

/** A request that was let in. */
interface Visit extends Reply {
  readonly principal: Principal;
  readonly record: RequestRecord;
  /** Who has paid for what could not be executed does not pay again to be told why. */
  isCharged: boolean;
}

/**
 * Where requests come in: the same one again is answered with the same bytes while they are fresh, a query goes the short
 * way, and Yoga has all others.
 */
export function createDoor(options: DoorOptions): HandleRequest {
  const { clock, gate, cors, cache, answer, observer, yoga, report } = options;

  async function answerPlain(
    visit: Visit,
    key: string,
    mediaType: MediaType,
    parse: () => OperationRequest | null,
  ): Promise<Answer | null> {
    const { principal } = visit;
    const kept = cache.find(key);
    if (kept) {
      const taken = gate.takeCost(principal, kept.cost);
      if (taken) await taken;
      return kept;
    }
    const operation = parse();
    const charge = (cost: number): Promise<void> | void => {
      visit.isCharged = true;
      return gate.takeCost(principal, cost);
    };
    const made = operation && (await answer(operation, mediaType, charge));
    if (made) cache.keep(key, made);
    return made;
  }

  async function forward(visit: Visit): Promise<void> {
    const { request, response, principal, record, isCharged } = visit;
    // Yoga's adapter would answer with a stack trace.
    if (!URL.canParse(`http://${request.headers.host ?? 'localhost'}${request.url}`)) {
      sendUnreadable(visit);
      return;
    }
    prepareHeaders(visit);
    // Yoga knows no HEAD; what it answers to GET goes out without its body.
    const isHead = request.method === 'HEAD';
    if (isHead) request.method = 'GET';
    await yoga(request, response, { principal, response, isHead, isCharged, record });
  }

  function finish(visit: Visit, answer: Answer): void {
    sendAnswer(visit, answer, clock.now());
    visit.record.answer(answer.outcome.operation, answer.outcome.code);
  }

  async function handleGet(visit: Visit, search: string): Promise<void> {
    const { request, principal } = visit;
    const { accept } = request.headers;
    const mediaType = accept?.includes('text/html') ? null : toMediaType(accept);
    const key = `GET ${mediaType} ${principal.key}\n${search}`;
    const plain = mediaType && (await answerPlain(visit, key, mediaType, () => fromQueryString(search)));
    if (plain) finish(visit, plain);
    else await forward(visit);
  }

  async function handlePost(visit: Visit, search: string): Promise<void> {
    const { request, principal } = visit;
    const { accept, 'content-type': contentType = '' } = request.headers;
    const mediaType = toMediaType(accept);
    if (!anyBody.test(contentType)) return sendUnsupported(visit);
    const coding = toCoding(request.headers['content-encoding']);
    if (coding === 'unknown') return sendUnknownCoding(visit);
    const read = await readBody(request);
    const body = coding !== null && read instanceof Buffer ? await decompress(read, coding, maxBodyBytes) : read;
    if (body === null) return;
    if (body === 'too-large') return sendTooLarge(visit);
    if (body === 'corrupt') return sendCorrupt(visit, coding ?? '');
    if (mediaType && search === '' && jsonBody.test(contentType)) {
      const text = body.toString();
      const key = `POST ${mediaType} ${principal.key}\n${text}`;
      const plain = await answerPlain(visit, key, mediaType, () => fromJSON(text));
      if (plain) return finish(visit, plain);
    }
    Object.assign(request, { body: Readable.from([body]) });
    await forward(visit);
  }

  async function handle(reply: Reply, record: RequestRecord): Promise<void> {
    const { request, response } = reply;
    const { method, url = '' } = request;
    const [, ...rest] = url.split('?');
    const search = rest.join('?');
    // A browser asks without a key whether it may send one.
    if (method === 'OPTIONS') return sendPreflight(reply);
    const admitted = gate.admit(request);
    const principal = admitted instanceof Promise ? await admitted : admitted;
    const refused = toSingleConnectionStatus(request, search);
    if (refused !== null) return sendNoSingleConnection(reply, refused);
    const visit: Visit = { request, response, cors, principal, record, isCharged: false };
    if (method === 'POST') return handlePost(visit, search);
    if (method === 'GET' || method === 'HEAD') return handleGet(visit, search);
    return forward(visit);
  }

  async function serve(reply: Reply, record: RequestRecord): Promise<void> {
    try {
      await handle(reply, record);
    } catch (thrown) {
      const error = toClientError(thrown, report);
      sendFailure(reply, error);
      record.answer(record.operation ?? 'invalid', toCode([error]));
    }
    observer.settle(record, reply.response);
  }

  return (request, response) => {
    const reply: Reply = { request, response, cors };
    const record = observer.begin(request, response, gate.addressOf(request));
    void record.run(() => serve(reply, record));
  };
}
