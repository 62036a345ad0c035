import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { createGraphQLEngine, type GraphQLEngine } from '../../../src/graphql/engine.ts';
import { createGate, type GateOptions, type Principal } from '../../../src/server/access/gate.ts';
import { Answer } from '../../../src/server/answers/answer.ts';
import { type AnswerService, createAnswerService } from '../../../src/server/answers/answer-service.ts';
import { jsonFormat, queryStringFormat, type UnreadOperation } from '../../../src/server/answers/operation-request.ts';
import { PersistedQueries } from '../../../src/server/answers/persisted-queries.ts';
import { RequestRecord } from '../../../src/server/observe/request-record.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { SkippingClock } from '../../support/fakes/skipping-clock.ts';
import { LiveFeeds } from '../../support/feed/live-feeds.ts';

// The service is asked as any door asks it, without HTTP.

const exchanges = '{ exchanges { id } }';
const ticker = '{ ticker(exchange: "kraken", symbol: "BTC/USD") { last } }';

let engine: GraphQLEngine;
let clock: SkippingClock;
let service: AnswerService;
let port: FakeMarketData;
let declined: string[];
let charged: number[];
let reported: unknown[];
let principal: Principal;
let identify: (key: string) => Principal | Promise<Principal>;

async function start(options: GateOptions = {}): Promise<void> {
  clock = new SkippingClock();
  port = new FakeMarketData(clock);
  port.set('BTC/USD', { last: 1 });
  [declined, charged, reported] = [[], [], []];
  const report = (error: unknown): number => reported.push(error);
  engine = createGraphQLEngine({ marketData: port, live: new LiveFeeds().operations, report });
  const gate = createGate(options);
  identify = (key) => gate.identify('192.0.2.1', `Bearer ${key}`);
  service = createAnswerService({
    engine,
    gate: {
      ...gate,
      takeCost: (given, cost) => {
        charged.push(cost);
        return gate.takeCost(given, cost);
      },
    },
    persisted: new PersistedQueries(engine.documents.persisted),
    clock,
    onDeclined: (reason) => declined.push(reason),
  });
  principal = { address: '192.0.2.1', key: null };
}

beforeEach(() => start());

const json = (request: object): UnreadOperation => ({ format: jsonFormat, text: JSON.stringify(request) });

/** Asks as a client; returns what came of it and what was recorded. */
async function ask(operation: UnreadOperation, client: Principal = principal) {
  const recorded: (readonly [operation: string, code: string])[] = [];
  const record = new RequestRecord('http', (_transport, label, code) => recorded.push([label, code]), null, null);
  try {
    return { answered: await service.answer(client, operation, record), recorded };
  } catch (error) {
    return { answered: error, recorded };
  }
}

const text = (answered: unknown): unknown =>
  answered instanceof Answer ? JSON.parse(answered.body.toString()) : answered;

test('a query is executed once, and its kept answer is given again at its cost', async () => {
  const first = await ask(json({ query: exchanges }));
  const second = await ask(json({ query: exchanges }));
  expect(text(first.answered)).toEqual({ data: { exchanges: [{ id: 'kraken' }, { id: 'binance' }] } });
  expect(second.answered).toBe(first.answered);
  expect(service.lookups).toEqual({ hits: 1, misses: 1 });
  expect(charged).toHaveLength(2);
  expect(charged[0]).toBe(charged[1]);
  expect([first.recorded, second.recorded]).toEqual([[['exchanges', 'ok']], [['exchanges', 'ok']]]);
  expect(declined).toEqual([]);
});

test('the same text in two formats is two operations', async () => {
  const given = `query=${encodeURIComponent(exchanges)}`;
  await ask({ format: queryStringFormat, text: given });
  const { answered } = await ask({ format: jsonFormat, text: given });
  expect(answered).toEqual({ declined: 'unreadable-request', isCharged: false });
});

test('clients with different keys share no kept answer', async () => {
  await start({ apiKeys: ['a', 'b'] });
  const [a, b] = await Promise.all([identify('a'), identify('b')]);
  const first = await ask(json({ query: exchanges }), a);
  const other = await ask(json({ query: exchanges }), b);
  expect(other.answered).not.toBe(first.answered);
  expect((await ask(json({ query: exchanges }), a)).answered).toBe(first.answered);
  expect((await ask(json({ query: exchanges }), b)).answered).toBe(other.answered);
});

test('a client over its quota receives RATE_LIMITED, even for a kept answer', async () => {
  const { answered } = await ask(json({ query: exchanges }));
  const cost = answered instanceof Answer ? answered.cost : 0;
  await start({ costPerMinute: 2 * cost });
  for (let time = 0; time < 2; time++) expect((await ask(json({ query: exchanges }))).answered).toBeInstanceOf(Answer);
  const refused = await ask(json({ query: exchanges }));
  expect(refused.answered).toMatchObject({ extensions: { code: 'RATE_LIMITED', retryable: true } });
  expect(refused.recorded).toEqual([['invalid', 'RATE_LIMITED']]);
  const { answered: another } = await ask(json({ query: ticker }));
  expect(another).toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
});

test('an answer with the error of a field is recorded with its code and not kept', async () => {
  const query = '{ ticker(exchange: "kraken", symbol: "NO/SUCH") { last } }';
  const { answered, recorded } = await ask(json({ query }));
  expect(text(answered)).toMatchObject({ errors: [{ extensions: { code: 'SYMBOL_NOT_FOUND' } }] });
  expect(recorded).toEqual([['ticker', 'SYMBOL_NOT_FOUND']]);
  await ask(json({ query }));
  expect(service.lookups).toEqual({ hits: 0, misses: 2 });
});

test('an unexpected error is masked and reported', async () => {
  port.fetchTickers = async () => {
    throw new Error('a defect');
  };
  const { answered, recorded } = await ask(json({ query: ticker }));
  expect(text(answered)).toMatchObject({
    errors: [{ message: 'Something went wrong on this server.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
  });
  expect(recorded).toEqual([['ticker', 'INTERNAL_SERVER_ERROR']]);
  expect(reported).toHaveLength(1);
});

const hash = (query: string) => ({
  persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
});
const withVariable = 'query ($limit: Int!) { trades(exchange: "kraken", symbol: "BTC/USD", limit: $limit) { id } }';
const wide = `{ ${Array.from({ length: 101 }, (_, at) => `a${at}: exchanges { id }`).join(' ')} }`;

test.each([
  ['unreadable-request', [{ query: exchanges }], false],
  ['unreadable-request', { query: exchanges, variables: 'x' }, false],
  ['no-query', {}, false],
  ['unknown-persisted-query', { extensions: hash(exchanges) }, false],
  ['invalid-persisted-query', { query: ticker, extensions: hash(exchanges) }, false],
  ['invalid-document', { query: '{' }, false],
  ['invalid-document', { query: '{ nope }' }, false],
  ['too-complex', { query: wide }, false],
  ['unknown-operation', { query: 'query A { exchanges { id } }', operationName: 'B' }, false],
  ['not-a-query', { query: `subscription ${ticker.replace('ticker', 'tickerUpdated')}` }, false],
  ['invalid-variables', { query: withVariable, variables: { limit: 'x' } }, true],
])('%s is the reason to decline %j', async (reason, request, isCharged) => {
  const { answered, recorded } = await ask(json(request));
  expect(answered).toEqual({ declined: reason, isCharged });
  expect(recorded).toEqual([]);
  expect(declined).toEqual([reason]);
});

test('a document that costs too much is declined before it is charged', async () => {
  const query = `{ ${Array.from({ length: 50 }, (_, at) => `a${at}: candles(exchange: "kraken", symbol: "BTC/USD", timeframe: "1m", limit: 10000) { open close high low }`).join(' ')} }`;
  const { answered } = await ask(json({ query }));
  expect(answered).toEqual({ declined: 'too-complex', isCharged: false });
  expect(charged).toEqual([]);
});
