import { beforeEach, expect, test } from 'vitest';
import { createGraphQLEngine } from '../../../src/graphql/engine.ts';
import { createFieldQuery } from '../../../src/graphql/fields/field-query.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { createGate, type Gate, localPrincipal } from '../../../src/server/access/gate.ts';
import { Answer, isInPieces } from '../../../src/server/answers/answer.ts';
import { createAnswerService } from '../../../src/server/answers/answer-service.ts';
import { jsonFormat } from '../../../src/server/answers/operation-request.ts';
import { PersistedQueries } from '../../../src/server/answers/persisted-queries.ts';
import { FieldAnswers } from '../../../src/server/fields/field-answers.ts';
import { cutFieldValue, parseFieldValue } from '../../../src/server/fields/field-value.ts';
import { RequestRecord } from '../../../src/server/observe/request-record.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { SkippingClock } from '../../support/fakes/skipping-clock.ts';
import { LiveFeeds } from '../../support/feed/live-feeds.ts';

const ticker = createFieldQuery(schema, { operation: 'query', path: ['ticker'], selection: '{ symbol last }' });
const markets = createFieldQuery(schema, {
  operation: 'query',
  path: ['exchange', 'markets'],
  selection: '{ nodes { symbol } }',
  rename: { id: 'exchange' },
});
const tickers = createFieldQuery(schema, { operation: 'query', path: ['tickers'], selection: '{ symbol last }' });
const exchanges = createFieldQuery(schema, { operation: 'query', path: ['exchanges'], selection: '{ id }' });
const given = { exchange: 'kraken', symbol: 'BTC/USD' };

let recorded: (readonly [operation: string, code: string])[];
let fields: FieldAnswers;
let service: ReturnType<typeof createAnswerService>;

function start(gate: Gate = createGate(), maxCost?: number): void {
  const clock = new SkippingClock();
  const marketData = new FakeMarketData(clock);
  marketData.set('BTC/USD', { last: 1 });
  const limits = { maxTokens: 3000, maxDepth: 12, maxAliases: 100, maxCost: maxCost ?? 100_000 };
  const engine = createGraphQLEngine({ marketData, live: new LiveFeeds().operations, limits, report: () => {} });
  service = createAnswerService({ engine, gate, persisted: new PersistedQueries(engine.documents.persisted), clock });
  fields = new FieldAnswers({ answers: service, engine });
}

beforeEach(() => {
  recorded = [];
  start();
});

const record = (): RequestRecord =>
  new RequestRecord('rest', (_transport, operation, code) => recorded.push([operation, code]), null, null);

const ask = (query: typeof ticker, values: Readonly<Record<string, unknown>>): Promise<Answer> =>
  fields.answer({ principal: localPrincipal, query, values, record: record() });

test('the value is cut out of the answer', async () => {
  expect(cutFieldValue(await ask(ticker, given), ticker.path)).toBe('{"symbol":"BTC/USD","last":1}');
  expect(recorded).toEqual([['ticker', 'ok']]);
});

test('the answer is that of GraphQL to the same operation, and kept with it', async () => {
  const first = await ask(exchanges, {});
  const text = JSON.stringify({ query: exchanges.document, variables: {} });
  expect(await service.answer(localPrincipal, { format: jsonFormat, text }, record())).toBe(first);
  expect(service.lookups).toEqual({ hits: 1, misses: 1 });
});

test('the value of a field of a field is cut out as well', async () => {
  const answer = await ask(markets, { exchange: 'kraken', first: 1 });
  const { value } = parseFieldValue(answer, markets.path);
  expect(value).toEqual({ nodes: [{ symbol: expect.any(String) }] });
  expect(cutFieldValue(answer, markets.path)).toBe(JSON.stringify(value));
});

test('errors stand beside the values', async () => {
  const { value, errors } = parseFieldValue(
    await ask(tickers, { exchange: 'kraken', symbols: ['BTC/USD', 'NO/SUCH'] }),
    ['tickers'],
  );
  expect(value).toEqual([{ symbol: 'BTC/USD', last: 1 }, null]);
  expect(errors).toEqual([expect.objectContaining({ path: ['tickers', 1] })]);
  expect(recorded).toEqual([['tickers', 'SYMBOL_NOT_FOUND']]);
});

test('a value that is not valid is refused before anything is executed', async () => {
  await expect(ask(ticker, { exchange: 'kraken', symbol: 3 })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(recorded).toEqual([['ticker', 'BAD_USER_INPUT']]);
});

test('the limit on the cost is named', async () => {
  start(createGate(), 1);
  await expect(ask(tickers, { exchange: 'kraken', symbols: ['A/B', 'C/D'] })).rejects.toMatchObject({
    code: 'QUERY_TOO_COMPLEX',
    message: expect.stringContaining('it may cost at most 1'),
  });
  expect(recorded).toEqual([['tickers', 'QUERY_TOO_COMPLEX']]);
});

test('the cost is charged to the quota of the client', async () => {
  start(createGate({ costPerMinute: 5 }));
  await expect(ask(tickers, { exchange: 'kraken', symbols: ['A/B', 'C/D', 'E/F'] })).rejects.toMatchObject({
    extensions: { code: 'RATE_LIMITED' },
  });
  expect(recorded).toEqual([['invalid', 'RATE_LIMITED']]);
});

test('the value is cut out of an answer in pieces, and out of one that is kept as bytes', () => {
  const outcome = { operation: 'ohlcv', code: 'ok' };
  const pieces = ['{"data":{"ohlcv":[', '[1,2]', ',[3,4]', ']}}'].map((piece) => Buffer.from(piece));
  const whole = new Answer(pieces, null, 1, outcome);
  const cut = cutFieldValue(whole, ['ohlcv']);
  expect(isInPieces(cut) && Buffer.concat(cut).toString()).toBe('[[1,2],[3,4]]');
  expect(cutFieldValue(whole.toRepeated(), ['ohlcv']).toString()).toBe('[[1,2],[3,4]]');
  expect(parseFieldValue(whole, ['ohlcv']).value).toEqual([
    [1, 2],
    [3, 4],
  ]);
});
