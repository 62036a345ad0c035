import { afterEach, beforeEach, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { createGate } from '../../../src/server/access/gate.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { connect, eventually, subscribe } from '../../support/socket-client.ts';

const of = 'exchange: "kraken", symbol: "BTC/USD"';
const query = `{ ticker(${of}) { last bid } }`;
const live = `subscription { tickerUpdated(${of}) { last } }`;

let server: FakeServer;
let costs: number[];
let refusal: MarketDataError | null;

beforeEach(async () => {
  costs = [];
  refusal = null;
  server = await startServer({
    fake: {
      cached: true,
      gate: {
        ...createGate(),
        takeCost: async (_caller, cost) => {
          costs.push(cost);
          if (refusal) throw refusal;
        },
      },
    },
  });
  server.marketData.set('BTC/USD', { last: 1 });
});

afterEach(() => server.stop());

test('a query is charged once, and again each time that its kept answer is given', async () => {
  await server.post(query);
  await server.post(query);
  await server.get(query);
  expect(costs).toEqual([12, 12, 12]);
});

test('a query that Yoga executes is charged once', async () => {
  await server.post(query, { accept: 'text/event-stream' });
  await server.post(query, {}, { operationName: null, more: null });
  expect(costs).toEqual([12, 12]);
});

test('a query that is not executed because of a wrong variable is charged once', async () => {
  const text = 'query ($symbol: String!) { ticker(exchange: "kraken", symbol: $symbol) { last } }';
  for (const accept of ['application/json', 'text/event-stream']) {
    const answer = await server.post(text, { accept }, { variables: { symbol: 1 } });
    expect(answer.text).toContain('"code":"BAD_USER_INPUT"');
  }
  expect(costs).toEqual([11, 11]);
});

test('a document that is not executed is not charged', async () => {
  for (const text of ['{ nope }', '{ ticker', 'query A { __typename } query B { __typename }']) await server.post(text);
  await server.post(
    `{ candles(${of}, limit: 10000) { open } b: ohlcv(${of}, limit: 10000) }`,
    {},
    { operationName: 'C' },
  );
  expect(costs).toEqual([]);
});

test('over a socket queries are charged once, and so is each subscription of a shared group', async () => {
  const client = connect(server.webSocketUrl);
  await subscribe(client, query).ended();
  expect(costs).toEqual([12]);
  const operations = [subscribe(client, live), subscribe(client, live)];
  await Promise.all(operations.map((operation) => operation.until(1)));
  expect(costs).toEqual([12, 11, 11]);
  await client.dispose();
  await eventually(() => server.feeds.counts.subscribers === 0);
});

test('a subscription over SSE is charged once', async () => {
  const abort = new AbortController();
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: live }),
    signal: abort.signal,
  });
  expect(response.status).toBe(200);
  expect(costs).toEqual([11]);
  abort.abort();
  await eventually(() => server.feeds.counts.subscribers === 0);
});

test('a client over its quota gets nothing executed, and keeps the socket', async () => {
  const client = connect(server.webSocketUrl);
  const open = subscribe(client, live);
  await open.until(1);
  const calls = server.calls;
  refusal = new MarketDataError('RATE_LIMITED', 'Enough for now.', { retryAfterMs: 500 });
  for (const text of [query, live]) {
    const operation = subscribe(client, text);
    await operation.ended();
    expect(operation.error).toMatchObject([{ message: 'Enough for now.', extensions: { code: 'RATE_LIMITED' } }]);
  }
  const { text } = await server.post(query, { accept: 'text/event-stream' });
  expect(text).toContain('"code":"RATE_LIMITED"');
  expect(server.calls).toBe(calls);
  expect([open.completed, open.error]).toEqual([false, null]);
  await client.dispose();
  await eventually(() => server.feeds.counts.subscribers === 0);
});
