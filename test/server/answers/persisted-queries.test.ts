import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PersistedTexts } from '../../../src/graphql/documents/persisted-texts.ts';
import { PersistedQueries } from '../../../src/server/answers/persisted-queries.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { openSocket } from '../../support/socket-client.ts';

const query = '{ exchanges { id } }';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const of = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: sha256(text) } });

let server: FakeServer;

beforeEach(async () => {
  server = await startServer({ fake: { cached: true } });
});

afterEach(() => server.stop());

async function post(body: object, headers: Readonly<Record<string, string>> = {}) {
  const answer = await server.send({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, ...JSON.parse(answer.text) };
}

async function get(extensions: object, text?: string) {
  const parameters = new URLSearchParams({ extensions: JSON.stringify(extensions) });
  if (text !== undefined) parameters.set('query', text);
  return server.send({ path: `/graphql?${parameters}` });
}

const notFound = {
  status: 200,
  errors: [{ message: 'PersistedQueryNotFound', extensions: { retryable: false, code: 'PERSISTED_QUERY_NOT_FOUND' } }],
};

test('a hash is unknown at first, then registered with its document, then known', async () => {
  expect(await post({ extensions: of(query) })).toEqual(notFound);
  expect((await post({ query, extensions: of(query) })).data.exchanges).toHaveLength(2);
  expect((await post({ extensions: of(query) })).data.exchanges).toHaveLength(2);
});

test('GET works in the same way, and answers by a known hash are kept', async () => {
  expect(JSON.parse((await get(of(query))).text)).toMatchObject({ errors: notFound.errors });
  expect((await get(of(query))).headers['cache-control']).toBe('no-store');
  const registered = await get(of(query), query);
  const first = await get(of(query));
  const calls = server.calls;
  const again = await get(of(query));
  expect(server.calls).toBe(calls);
  expect(first.text).toBe(registered.text);
  expect(again).toMatchObject({ text: first.text, headers: { etag: first.headers.etag } });
  expect(again.headers['cache-control']).toBe('public, max-age=3600');
});

test('variables and operation name can come with a hash', async () => {
  const named = 'query A { exchanges { id } } query B ($id: ID!) { exchange(id: $id) { id } }';
  await post({ query: named, operationName: 'A', extensions: of(named) });
  const answer = await post({ extensions: of(named), operationName: 'B', variables: { id: 'kraken' } });
  expect(answer.data).toEqual({ exchange: { id: 'kraken' } });
});

test('hashes are case-insensitive', async () => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query).toUpperCase() } };
  expect((await post({ query, extensions })).data).toBeDefined();
  expect((await post({ extensions: of(query) })).data).toBeDefined();
});

test.each([
  [{ version: 1, sha256Hash: sha256('{ other }') }],
  [{ version: 2, sha256Hash: sha256(query) }],
  [{ version: 1, sha256Hash: 'abc' }],
  [{ version: 1 }],
  ['yes'],
])('%j with a document is bad input, and nothing is remembered', async (persistedQuery) => {
  const accept = { accept: 'application/graphql-response+json' };
  const { status, errors } = await post({ query, extensions: { persistedQuery } }, accept);
  expect(status).toBe(400);
  expect(errors[0].extensions).toEqual({ retryable: false, code: 'BAD_USER_INPUT' });
  expect(await post({ extensions: of(query) })).toEqual(notFound);
});

test.each(['{ nope }', '{ exchanges {'])('%s is refused and not remembered', async (wrong) => {
  expect((await post({ query: wrong, extensions: of(wrong) })).errors[0].extensions.code).toBe('BAD_USER_INPUT');
  expect(await post({ extensions: of(wrong) })).toEqual(notFound);
});

test('a subscription over server-sent events can be requested by its hash', async () => {
  const subscription = 'subscription { tickerUpdated(exchange: "nope", symbol: "BTC/USD") { last } }';
  const accept = { accept: 'text/event-stream' };
  const send = (body: object) =>
    server.send({
      method: 'POST',
      headers: { 'content-type': 'application/json', ...accept },
      body: JSON.stringify(body),
    });
  expect((await send({ extensions: of(subscription) })).text).toContain('PERSISTED_QUERY_NOT_FOUND');
  expect((await send({ query: subscription, extensions: of(subscription) })).text).toContain('EXCHANGE_NOT_FOUND');
  expect((await send({ extensions: of(subscription) })).text).toContain('EXCHANGE_NOT_FOUND');
});

test('a hash that arrives over a socket with a different document is not registered', async () => {
  const socket = await openSocket(server.webSocketUrl);
  const answered = new Promise((resolve) => socket.on('message', resolve));
  const payload = { query: '{ exchanges { name } }', extensions: of(query) };
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
  await answered;
  expect(await post({ extensions: of(query) })).toEqual(notFound);
  socket.terminate();
});

test('the store is bounded, and the least recently used documents are dropped', () => {
  const persisted = new PersistedQueries(new PersistedTexts());
  const texts = Array.from({ length: 60 }, (_, index) => `{ q${index} ${' '.repeat(100_000)} }`);
  for (const text of texts) persisted.remember({ query: text, extensions: of(text) });
  const [first = '', last = ''] = [texts.at(0), texts.at(-1)];
  expect(() => persisted.find({ query: null, extensions: of(first) })).toThrow('PersistedQueryNotFound');
  expect(persisted.find({ query: null, extensions: of(last) })).toBe(last);
});
