import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { type Clock, systemClock } from '../../base/clock.ts';
import { Answer } from '../answers/answer.ts';
import type { AnswerService } from '../answers/answer-service.ts';
import type { Declined } from '../answers/declined.ts';
import { jsonFormat, queryStringFormat, type UnreadOperation } from '../answers/operation-request.ts';
import { sendAnswer } from '../answers/send-answer.ts';
import type { YogaContext } from '../graphql/request/yoga-context.ts';
import { type BodyFault, unsupportedType } from '../http/messages/body-fault.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import { type MediaType, toMediaType } from '../http/messages/media-type.ts';
import { type DecodedBody, readDecodedBody } from '../http/messages/read-decoded-body.ts';
import { sendError, sendText } from '../http/messages/send.ts';
import { httpStatus } from '../http/messages/statuses.ts';
import { graphqlPath } from '../http/paths.ts';
import type { ApiRequest, ApiRoute, HandlePage } from '../routing/route.ts';
import type { EventStreams } from '../sse/event-streams.ts';
import { answerForms, prepareHeaders } from './graphql-answer.ts';
import { sendNoSingleConnection, toSingleConnectionStatus } from './single-connection.ts';

/**
 * Why a request bypasses the answer service and goes to Yoga at once. `tickql_declined_answers_total` counts it like a
 * `DeclineReason`.
 */
export type BypassReason =
  /** The client accepts neither media type of GraphQL over HTTP: it requests a query as an event. */
  | 'media-type'
  /** The operation is partly in the body and partly in the URL, or the JSON body has an unusual content type. */
  | 'request-format'
  | 'method';

export interface GraphQLRouteOptions {
  readonly answers: AnswerService;
  /** Answers subscriptions. */
  readonly streams: EventStreams;
  /** The complete pipeline, which answers everything else. A body that was read already is in the request's `body`. */
  readonly pipeline: (request: IncomingMessage, response: ServerResponse, context: YogaContext) => unknown;
  /** Answers a browser that opens the path. */
  readonly graphiql: HandlePage;
  /** Called once for each request that bypasses the answer service. */
  readonly onBypass?: (reason: BypassReason) => void;
  readonly clock?: Clock;
}

const methods = ['GET', 'HEAD', 'POST'];

/** The content types that Yoga reads, which take any parameters. */
const readableBody = /^application\/(?:graphql\+)?json(?:;|$)/i;

/** The content type that nearly every client sends. */
const usualType = 'application/json';

const jsonBody = /^application\/(?:graphql\+)?json(?:;\s*charset=utf-?8)?$/i;

/**
 * Other JSON content types, which Yoga reads. Types that a form of another page can send without a preflight request
 * are excluded, and so are types that are not JSON.
 */
const anyBody = /^application\/(?:json|[\w.-]+\+json)\s*(?:;|$)/i;

/**
 * GraphQL over HTTP. Queries go to the answer service, and subscriptions are answered with event streams. Everything
 * else goes to the complete pipeline.
 */
export function createGraphQLRoute(options: GraphQLRouteOptions): ApiRoute {
  const { answers, streams, pipeline, graphiql, onBypass = () => {}, clock = systemClock } = options;

  /** `body` is the body that was read; null if there is none. */
  async function forward(given: ApiRequest, isCharged: boolean, body: Buffer | null): Promise<void> {
    const { request, response, principal, record } = given;
    if (body) Object.assign(request, { body: Readable.from([body]) });
    // Yoga's adapter would answer such a request with a stack trace.
    if (!URL.canParse(`http://${request.headers.host ?? 'localhost'}${request.url}`)) {
      sendText(given, httpStatus.badRequest, 'The Host header or the request target is not valid.\n');
      return;
    }
    prepareHeaders(given);
    // Yoga does not support HEAD: it answers GET, and the body is not sent.
    const isHead = request.method === 'HEAD';
    if (isHead) request.method = 'GET';
    await pipeline(request, response, { principal, http: { response, isHead, isCharged, record } });
  }

  function bypass(given: ApiRequest, reason: BypassReason, body: Buffer | null = null): Promise<void> {
    onBypass(reason);
    return forward(given, false, body);
  }

  /** Answers a subscription; resolves with false for anything else. */
  function stream(given: ApiRequest, operation: UnreadOperation): Promise<boolean> {
    prepareHeaders(given);
    return streams.answer(given, operation);
  }

  async function streamOrBypass(
    given: ApiRequest,
    operation: UnreadOperation,
    reason: BypassReason,
    body: Buffer | null = null,
  ): Promise<void> {
    if (!(await stream(given, operation))) await bypass(given, reason, body);
  }

  async function answerLater(
    given: ApiRequest,
    operation: UnreadOperation,
    answering: Promise<Answer | Declined>,
    mediaType: MediaType,
    body: Buffer | null,
  ): Promise<void> {
    const answered = await answering;
    if (answered instanceof Answer) sendAnswer(given, answered, answerForms[mediaType], clock);
    else if (answered.declined === 'not-a-query' && (await stream(given, operation))) return;
    else await forward(given, answered.isCharged, body);
  }

  function answer(
    given: ApiRequest,
    operation: UnreadOperation,
    mediaType: MediaType,
    body: Buffer | null = null,
  ): Promise<void> | void {
    const answered = answers.answer(given.principal, operation, given.record);
    if (!(answered instanceof Answer)) return answerLater(given, operation, answered, mediaType, body);
    sendAnswer(given, answered, answerForms[mediaType], clock);
  }

  function handleGet(given: ApiRequest): Promise<void> | void {
    const operation = { format: queryStringFormat, text: given.search };
    const mediaType = toMediaType(given.request.headers.accept);
    if (mediaType) return answer(given, operation, mediaType);
    return streamOrBypass(given, operation, 'media-type');
  }

  function answerBody(given: ApiRequest, body: DecodedBody): Promise<void> | void {
    if (body === null) return;
    if ('status' in body) return sendBodyFault(given, body);
    const { accept, 'content-type': contentType = '' } = given.request.headers;
    const mediaType = toMediaType(accept);
    const operation = { format: jsonFormat, text: body.toString() };
    const isPlain = given.search === '' && (contentType === usualType || jsonBody.test(contentType));
    if (mediaType && isPlain) return answer(given, operation, mediaType, body);
    const reason = mediaType ? 'request-format' : 'media-type';
    if (readableBody.test(contentType)) return streamOrBypass(given, operation, reason, body);
    return bypass(given, reason, body);
  }

  function handlePost(given: ApiRequest): Promise<void> | void {
    const { 'content-type': contentType = '' } = given.request.headers;
    if (contentType !== usualType && !anyBody.test(contentType)) return sendBodyFault(given, unsupportedType);
    // Events of the request do not know to which trace their work belongs.
    return readDecodedBody(given.request, (body) => given.record.run(() => answerBody(given, body)));
  }

  return {
    kind: 'api',
    path: graphqlPath,
    methods,
    page: graphiql,
    handle: (given) => {
      const { request, search } = given;
      const status = toSingleConnectionStatus(request, search);
      if (status !== null) return sendNoSingleConnection(given, status);
      if (request.method === 'POST') return handlePost(given);
      if (request.method === 'GET' || request.method === 'HEAD') return handleGet(given);
      return bypass(given, 'method');
    },
  };
}

function sendBodyFault(context: HttpContext, { status, message, headers }: BodyFault): void {
  sendError(context, status, message, 'BAD_USER_INPUT', headers);
}
