import { afterEach, beforeEach, expect, test } from 'vitest';
import { jsonFormat, queryStringFormat } from '../../../../src/server/answers/operation-request.ts';
import { type FakeServer, startServer } from '../../../support/server.ts';
import { openSocket } from '../../../support/socket-client.ts';

// Clients that hold the name in a string have an empty one where the document has one operation.

let server: FakeServer;

beforeEach(async () => {
  server = await startServer({ fake: { cached: true } });
});

afterEach(() => server.stop());

const query = 'query A { a: __typename }';
const both = `${query} query B { b: __typename }`;
const answer = '{"data":{"a":"Query"}}';
const toSearch = (text: string) => new URLSearchParams({ query: text, operationName: '' });

test('an empty operation name counts as missing with POST and GET, and the answer is kept', async () => {
  for (const name of ['', null, 'A']) {
    expect((await server.post(query, {}, { operationName: name })).text).toBe(answer);
    expect((await server.post(query, {}, { operationName: name })).text).toBe(answer);
  }
  const search = toSearch(query);
  expect((await server.send({ path: `/graphql?${search}` })).text).toBe(answer);
  expect((await server.send({ path: `/graphql?${search}` })).text).toBe(answer);
});

test('also if Yoga answers', async () => {
  const events = { accept: 'text/event-stream' };
  expect((await server.post(query, events, { operationName: '' })).text).toContain(`data: ${answer}`);
  const search = toSearch(query);
  expect((await server.send({ path: `/graphql?${search}`, headers: events })).text).toContain(`data: ${answer}`);
});

test('an empty name selects none of several operations', async () => {
  for (const operationName of ['', null]) {
    const { text } = await server.post(both, {}, { operationName });
    expect(JSON.parse(text).errors[0].message).toMatch(/operation/i);
  }
});

test('over a WebSocket, for queries and subscriptions', async () => {
  server.marketData.set('BTC/USD', { last: 1 });
  const socket = await openSocket(server.webSocketUrl);
  const messages: unknown[] = [];
  const enough = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      messages.push(JSON.parse(String(data)));
      if (messages.length === 3) resolve();
    });
  });
  const ask = (id: string, payload: object) => socket.send(JSON.stringify({ id, type: 'subscribe', payload }));
  ask('1', { query, operationName: '' });
  const live = 'subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USD") { symbol } }';
  ask('2', { query: live, operationName: '' });
  await enough;
  socket.terminate();
  expect(messages).toEqual(
    expect.arrayContaining([
      { id: '1', type: 'next', payload: { data: { a: 'Query' } } },
      { id: '2', type: 'next', payload: { data: { tickerUpdated: { symbol: 'BTC/USD' } } } },
    ]),
  );
});

test('the parsed request is the same for every format', () => {
  const expected = { query, operationName: null, variables: null, extensions: null };
  expect(jsonFormat.read(JSON.stringify({ query, operationName: '' }))).toEqual(expected);
  expect(jsonFormat.read(JSON.stringify({ query }))).toEqual(expected);
  expect(queryStringFormat.read(String(toSearch(query)))).toEqual(expected);
});
