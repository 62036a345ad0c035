import { systemClock } from '../../../src/base/clock.ts';
import { createFieldQuery } from '../../../src/graphql/fields/field-query.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { createOpenApi } from '../../../src/server/openapi/document/create-open-api.ts';
import type { Operation } from '../../../src/server/openapi/document/open-api.ts';
import { toExampleUrl } from '../../../src/server/openapi/page/operation-section.ts';
import { readValues } from '../../../src/server/rest/messages/read-values.ts';
import { createStreamResources, type StreamResource } from '../../../src/server/rest/stream-resources.ts';
import { createEventEncoder } from '../../../src/server/rest/streams/event-encoder.ts';
import { toCandleEventId, toTradesEventId } from '../../../src/server/rest/streams/event-ids.ts';
import { type AppServer, startServer } from '../server.ts';

/** Bodies by operation and media type. */
type Answers = Record<string, Record<string, string>>;

const begin = Date.UTC(2026, 0, 31, 12, 34, 56, 750);

/** Answers each operation of the REST API with its example. `sim` is a function of the time, which stands still here. */
export async function recordAnswers(): Promise<Answers> {
  let now = begin;
  const instant = (): number => now;
  await using server = await startServer({
    config: { exchanges: ['sim'], exchangeOptions: { sim: { milliseconds: instant } } },
    clock: { now: instant, after: systemClock.after },
  });
  const { paths } = createOpenApi({ schema, version: '1', requiresKey: false });
  const answers: Answers = {};
  for (const [path, { get, post }] of Object.entries(paths)) {
    if (get && !get.tags.includes('Streams')) answers[get.operationId] = await recordGet(server, path, get);
    if (post) answers[post.operationId] = await recordPost(server, path, post);
  }
  const streams = createStreamResources(schema);
  const events: string[][] = streams.map(() => []);
  for (let count = 0; count < 2; count += 1) {
    for (const [index, stream] of streams.entries()) events[index]?.push(...(await recordEvents(server, stream)));
    now += 1250;
  }
  for (const [index, { operationId }] of streams.entries()) {
    answers[operationId] = { 'text/event-stream': (events[index] ?? []).slice(0, 2).join('') };
  }
  return answers;
}

function recordGet(server: AppServer, path: string, operation: Operation): Promise<Record<string, string>> {
  const url = toExampleUrl(
    path,
    operation.parameters.flatMap((each) => ('name' in each ? [each] : [])),
  );
  return recordEach(server, operation, { path: url });
}

function recordPost(server: AppServer, path: string, operation: Operation): Promise<Record<string, string>> {
  const body = JSON.stringify(operation.requestBody?.content['application/json']?.example);
  return recordEach(server, operation, { method: 'POST', path, body });
}

/** The body of each media type that the document names. */
async function recordEach(
  server: AppServer,
  { responses }: Operation,
  request: { readonly path: string; readonly method?: string; readonly body?: string },
): Promise<Record<string, string>> {
  const { 200: answer } = responses;
  const mediaTypes = answer && 'content' in answer ? Object.keys(answer.content ?? {}) : [];
  const texts: Record<string, string> = {};
  for (const accept of mediaTypes) {
    const headers = { accept, ...(request.body === undefined ? {} : { 'content-type': 'application/json' }) };
    const { status, text } = await server.send({ ...request, headers });
    if (status !== 200) throw new Error(`${request.path} answered ${status}: ${text}`);
    texts[accept] = text;
  }
  return texts;
}

/** The queries whose values are those of subscriptions. A real stream would depend on when its events come. */
const queries: Readonly<Record<string, string>> = {
  tickerUpdated: 'ticker',
  tickersUpdated: 'tickers',
  candleUpdated: 'candles',
  orderBookUpdated: 'orderBook',
  tradesExecuted: 'trades',
};

const toIds = { candle: toCandleEventId, trade: toTradesEventId };

/** The events of a stream at this moment, one for each of its values. */
async function recordEvents(server: AppServer, { query, ids, example }: StreamResource): Promise<readonly string[]> {
  const [field = ''] = query.path;
  const source = queries[field] ?? '';
  const { document, arguments: args } = createFieldQuery(schema, {
    operation: 'query',
    path: [source],
    selection: query.selection,
  });
  const few = args.all.some(({ name }) => name === 'limit') ? { limit: field === 'candleUpdated' ? 1 : 2 } : {};
  const values = { ...few, ...readValues(args, {}, new URLSearchParams(example)) };
  const { data, errors } = await server.query(document, values);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  const isPlural = field === 'tickersUpdated' || field === 'candleUpdated';
  const encode = createEventEncoder(field, ids && toIds[ids]);
  return (isPlural ? data[source] : [data[source]]).map((value: unknown) =>
    encode(JSON.stringify({ data: { [field]: value } }))
      .bytes.toString()
      // Only this tells a ticker of the exchange's stream from a fetched one.
      .replace('"source":"FETCH"', '"source":"STREAM"'),
  );
}
