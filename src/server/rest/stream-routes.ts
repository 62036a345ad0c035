import type { Clock } from '../../base/clock.ts';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import { acceptsEvents } from '../http/messages/media-type.ts';
import { refuse } from '../http/messages/refusal.ts';
import { asDeclared } from '../http/messages/send.ts';
import { httpStatus } from '../http/messages/statuses.ts';
import type { ApiRequest, ApiRoute } from '../routing/route.ts';
import type { EventStreams } from '../sse/event-streams.ts';
import type { StreamFormat } from '../sse/stream-format.ts';
import { createEventEncoder, type EncodeEvent } from './event-encoder.ts';
import { type EventPosition, readLastEventId, toCandleEventId, toTradesEventId } from './event-ids.ts';
import { sendProblem } from './messages/problem.ts';
import { readQueryString, readValues } from './messages/read-values.ts';
import { usualRetryMs } from './problem-event.ts';
import { ResumedTrades } from './resumed-trades.ts';
import { createStreamResources, type StreamResource } from './stream-resources.ts';
import { ValueSubscription } from './value-subscription.ts';

export interface StreamRoutesOptions {
  readonly streams: EventStreams;
  readonly engine: Pick<GraphQLEngine, 'schema' | 'documents'>;
  readonly clock: Clock;
}

const toIds = { candle: toCandleEventId, trade: toTradesEventId };

/** Says how long to wait before a reconnect, and is a first text for browsers that wait for one. */
const usualHead = `retry: ${usualRetryMs}\n:\n\n`;

/** How much the clock of an exchange can be behind the clock of this server, in ms. */
const behindMs = 5000;

/**
 * The head of a stream of trades that begins now. Its id is for clients that lose the connection before the first trade:
 * browsers keep an id without data, and send it back.
 */
function toTradesHead(now: number): string {
  return `id: ${now - behindMs}\n${usualHead}`;
}

/** The event streams of the REST API. */
export function createStreamRoutes(options: StreamRoutesOptions): readonly ApiRoute[] {
  return createStreamResources(options.engine.schema).map((resource) => createStreamRoute(resource, options));
}

function createStreamRoute(
  { path, query, ids }: StreamResource,
  { streams, engine, clock }: StreamRoutesOptions,
): ApiRoute {
  const [field = ''] = query.path;
  const encode = createEventEncoder(field, ids && toIds[ids]);

  async function handle(given: ApiRequest): Promise<void> {
    const { request, record, params, search } = given;
    record.operation = field;
    requireStreamClient(given);
    const position = ids && readLastEventId(request.headers['last-event-id']);
    const values = readValues(query.arguments, params, readQueryString(search));
    const variableValues = query.arguments.toVariables(position ? { ...values, since: position.timestamp } : values);
    const { document } = engine.documents.get(query.document);
    prepareHeaders(given);
    const bytes = request.url?.length ?? 0;
    const beginsNow = position === null && variableValues.since === undefined;
    const head = ids === 'trade' && beginsNow ? toTradesHead(clock.now()) : usualHead;
    const format = createFormat(head, encode, position);
    await streams.begin(given, { document, variableValues, bytes, format });
  }

  return { kind: 'api', path, transport: 'sse', methods: ['GET'], handle, sendFailure: sendProblem };
}

/** The format of a subscription that begins now, or continues where its client stopped. */
function createFormat(head: string, encode: EncodeEvent, position: EventPosition | null): StreamFormat {
  return {
    head,
    open: (host, response) =>
      !position || position.trades.length === 0
        ? new ValueSubscription(host, response, encode)
        : new ResumedTrades(host, response, encode, position),
    requireClient: () => {},
    refuse: (context, [error]) => {
      if (error) sendProblem(context, error);
    },
  };
}

/** Throws if the client cannot receive events. */
function requireStreamClient({ request }: ApiRequest): void {
  if (request.method !== 'GET')
    throw refuse(httpStatus.methodNotAllowed, 'An event stream answers only GET.', { allow: 'GET' });
  if (acceptsEvents(request.headers.accept)) return;
  throw refuse(httpStatus.notAcceptable, 'This path answers with server-sent events: send accept: text/event-stream.');
}

function prepareHeaders({ request, response, cors }: ApiRequest): void {
  const headers = { ...asDeclared, ...cors.headersFor(request, { vary: 'Accept, Authorization' }) };
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
}
