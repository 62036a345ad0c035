import type { Clock } from '../../base/clock.ts';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import type { ApiRequest, ApiRoute } from '../routing/route.ts';
import type { EventStreams } from '../sse/event-streams.ts';
import type { StreamFormat } from '../sse/stream-format.ts';
import { readQueryString, readValues } from './messages/read-values.ts';
import { createStreamResources, type StreamResource } from './stream-resources.ts';
import { createEventEncoder } from './streams/event-encoder.ts';
import {
  connectedId,
  type EventPosition,
  readLastEventId,
  toCandleEventId,
  toTradesEventId,
} from './streams/event-ids.ts';
import { refuseStream } from './streams/refuse-stream.ts';
import { ResumedTrades } from './streams/resumed-trades.ts';
import { createRetryLines, type ToRetryLine, usualRetryMs } from './streams/retry-line.ts';
import { requireStreamClient, setStreamHeaders } from './streams/stream-headers.ts';
import { type EventForm, ValueSubscription } from './streams/value-subscription.ts';

export interface StreamRoutesOptions {
  readonly streams: EventStreams;
  readonly engine: Pick<GraphQLEngine, 'schema' | 'documents'>;
  readonly clock: Clock;
  /** Spreads the times at which clients reconnect. Returns a number from 0 to 1. */
  readonly random: () => number;
}

const toIds = { candle: toCandleEventId, trade: toTradesEventId };

/** How much the clock of an exchange can be behind the clock of this server, in ms. */
const behindMs = 5000;

/** The first text, for which some browsers wait. Says how long to wait before a reconnect, and has an id of its own. */
function toHead(id: string | null, toRetryLine: ToRetryLine): string {
  return `${toRetryLine(usualRetryMs)}${id === null ? '' : `id: ${id}\n`}:\n\n`;
}

/** The event streams of the REST API. */
export function createStreamRoutes(options: StreamRoutesOptions): readonly ApiRoute[] {
  return createStreamResources(options.engine.schema).map((resource) => createStreamRoute(resource, options));
}

function createStreamRoute(
  { path, query, ids }: StreamResource,
  { streams, engine, clock, random }: StreamRoutesOptions,
): ApiRoute {
  const [field = ''] = query.path;
  const toRetryLine = createRetryLines(random);
  const form: EventForm = { encode: createEventEncoder(field, ids && toIds[ids]), toRetryLine };

  /** The id of a stream before its first event. Without it, trades from before a reconnect would be missing. */
  function toFirstId(position: EventPosition | null, since: unknown): string | null {
    if (position) return null;
    return ids === 'trade' && since === undefined ? String(clock.now() - behindMs) : connectedId;
  }

  async function handle(given: ApiRequest): Promise<void> {
    const { request, record, params, search } = given;
    record.operation = field;
    requireStreamClient(given);
    const position = ids && readLastEventId(request.headers['last-event-id']);
    const values = readValues(query.arguments, params, readQueryString(search));
    const variableValues = query.arguments.toVariables(position ? { ...values, since: position.timestamp } : values);
    const { document } = engine.documents.get(query.document);
    setStreamHeaders(given);
    const bytes = request.url?.length ?? 0;
    const head = toHead(toFirstId(position, variableValues.since), toRetryLine);
    const format = createFormat(head, form, position);
    await streams.begin(given, { document, variableValues, bytes, format });
  }

  return {
    kind: 'api',
    path,
    transport: 'sse',
    methods: ['GET'],
    handle,
    sendFailure: (context, error) => refuseStream(context, error, toRetryLine),
  };
}

/** The format of a subscription that begins now, or continues where its client stopped. */
function createFormat(head: string, form: EventForm, position: EventPosition | null): StreamFormat {
  return {
    head,
    open: (host, response) =>
      !position || position.trades.length === 0
        ? new ValueSubscription(host, response, form)
        : new ResumedTrades(host, response, form, position),
    requireClient: () => {},
    refuse: (context, [error]) => {
      if (error) refuseStream(context, error, form.toRetryLine);
    },
  };
}
