import { once } from 'node:events';
import { createConnection } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { createFeeds } from '../../../src/feed/live/feeds.ts';
import { createLiveOperations } from '../../../src/feed/live/live-operations.ts';
import { ofUnknownFreshness } from '../../../src/market/model/fresh.ts';
import type { Market } from '../../../src/market/model/market.ts';
import { createAddressReader } from '../../../src/server/access/address.ts';
import { createGate } from '../../../src/server/access/gate.ts';
import { createGraphQLServer } from '../../../src/server/graphql/pipeline.ts';
import { createHttpServer, type HttpServer } from '../../../src/server/http/http-server.ts';
import {
  createSubscriptionServer,
  type SubscriptionServer,
} from '../../../src/server/websocket/subscription-server.ts';
import { FakeMarketData } from '../../support/fake-market-data.ts';
import { FakeStreams } from '../../support/fake-streams.ts';
import { createLimits, createSubscriptionMemory } from '../../support/limits.ts';
import { openSocket } from '../../support/socket-client.ts';

/** A port with a defect: its markets fail with an error that is none of the port's. */
const document = '{ exchange(id: "kraken") { id } market(exchange: "kraken", symbol: "BTC/USD") { id } }';

/** What no exchange's data may make of a market: a null where the schema has none, and numbers that are none. */
const broken: Market = JSON.parse(
  '{"exchange":"kraken","symbol":"BTC/USD","base":null,"quote":"USD","settle":{},"type":"barter","contractSize":"NaN"}',
);

let marketData: FakeMarketData;
let lines: string[];
let http: HttpServer;
let sockets: SubscriptionServer;
let port: number;

beforeEach(async () => {
  lines = [];
  const log = pino({ level: 'error' }, { write: (line) => lines.push(line) });
  marketData = new FakeMarketData(systemClock);
  marketData.fetchMarkets = async () => {
    throw new Error('the fake has no markets');
  };
  const feeds = createFeeds({
    marketData,
    clock: systemClock,
    random: Math.random,
    pollIntervalMs: 1000,
    lingerMs: 0,
    silenceMs: 15_000,
    streams: new FakeStreams(),
    openCandles: new FakeStreams().open,
    staleMaxMs: 1000,
    startTimeoutMs: 10_000,
    onHealth: () => {},
  });
  const limits = createLimits();
  const gate = createGate({ addressOf: createAddressReader(0) });
  const graphql = createGraphQLServer({
    marketData,
    live: createLiveOperations({ feeds, marketData, clock: systemClock, timeoutMs: 10_000 }),
    gate,
    openOperations: limits.operations,
    subscriptionMemory: createSubscriptionMemory(),
    log,
  });
  http = createHttpServer(graphql);
  sockets = createSubscriptionServer({ server: http.server, graphql, gate, limits, log });
  port = await http.listen(0, '127.0.0.1');
});

afterEach(async () => {
  await sockets.close();
  await http.close();
});

const masked = {
  data: { exchange: { id: 'kraken' }, market: null },
  errors: [
    {
      message: 'Something went wrong on this server.',
      path: ['market'],
      extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false },
    },
  ],
};

test('an unexpected error is masked and logged with its cause over HTTP', async () => {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document }),
  });
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject(masked);
  expect(text).not.toContain('the fake has no markets');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('the fake has no markets');
});

test('an unexpected error is masked and logged with its cause over WebSocket', async () => {
  const socket = await openSocket(`ws://127.0.0.1:${port}/graphql`);
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: document } }));
  const [message] = await once(socket, 'message');
  expect(JSON.parse(String(message))).toMatchObject({ id: '1', type: 'next', payload: masked });
  expect(lines).toHaveLength(1);
  socket.terminate();
});

describe.each([
  ['base', { nodes: null }],
  ['type', { nodes: null }],
  ['settle', { nodes: [{ settle: null }] }],
  ['contractSize', { nodes: [{ contractSize: null }] }],
])('a value that the field %s cannot have is this server’s fault', (field, markets) => {
  const query = `{ exchange(id: "kraken") { markets { nodes { ${field} } } } }`;
  const told = [{ extensions: { code: 'INTERNAL_SERVER_ERROR' }, message: 'Something went wrong on this server.' }];
  const data = { exchange: { markets: markets.nodes ? markets : null } };

  beforeEach(() => {
    Object.assign(marketData, { fetchMarkets: async () => ofUnknownFreshness(new Map([['BTC/USD', broken]])) });
  });

  test('over HTTP, compiled or not', async () => {
    for (let time = 1; time <= 5; time++) {
      const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      expect(await response.json()).toMatchObject({ data, errors: told });
    }
    expect(lines.length).toBeGreaterThan(0);
  });

  test('over WebSocket', async () => {
    const socket = await openSocket(`ws://127.0.0.1:${port}/graphql`);
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    const [message] = await once(socket, 'message');
    expect(JSON.parse(String(message))).toMatchObject({ type: 'next', payload: { data, errors: told } });
    socket.terminate();
  });
});

test('an argument that is null where it may not be is the client’s fault, compiled or not', async () => {
  const query = 'query ($first: Int) { exchange(id: "kraken") { markets(first: $first) { totalCount } } }';
  for (let time = 1; time <= 5; time++) {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { first: null } }),
    });
    const { errors } = await response.json();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' }, path: ['exchange', 'markets'] }]);
  }
  expect(lines).toEqual([]);
});

test('a syntax error and an unknown field are the client’s and not logged', async () => {
  for (const query of ['{', '{ nope }', '{ exchange { id } }', 'query ($x: ID!) { exchange(id: $x) { id } }']) {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { errors } = await response.json();
    expect(errors[0].extensions).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false });
  }
  expect(lines).toEqual([]);
});

test('a message over 64 KB closes the socket with 1009', async () => {
  const socket = await openSocket(`ws://127.0.0.1:${port}/graphql`);
  const closed = once(socket, 'close');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: `{ ${' '.repeat(70_000)} }` } }));
  expect((await closed)[0]).toBe(1009);
});

test.each(['x', '💥'])(
  'an id that is open already, and too long for a close frame, closes with 4409 (%s…)',
  async (letter) => {
    const socket = await openSocket(`ws://127.0.0.1:${port}/graphql`);
    const closed = once(socket, 'close');
    const message = JSON.stringify({ type: 'subscribe', id: letter.repeat(500), payload: { query: document } });
    socket.send(message);
    socket.send(message);
    const [code, reason] = await closed;
    expect(code).toBe(4409);
    expect(String(reason)).toMatch(new RegExp(`^Subscriber for ${letter}{20,}$`, 'u'));
  },
);

test('a Host header that cannot be read is refused without a stack', async () => {
  const socket = createConnection(port, '127.0.0.1');
  socket.end('GET /graphql HTTP/1.1\r\nHost: [::bad\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text).toContain('400 Bad Request');
  expect(text).not.toContain('node_modules');
});

test('any page may ask, without credentials', async () => {
  const response = await fetch(`http://127.0.0.1:${port}/graphql?query={__typename}`, {
    headers: { origin: 'https://frontend.example' },
  });
  expect(['*', 'https://frontend.example']).toContain(response.headers.get('access-control-allow-origin'));
  expect(response.headers.get('access-control-allow-credentials')).not.toBe('true');
});

test.each(['{nope', '[1', '{"a":'])(
  'variables in a query string that are no JSON (%s) are bad input',
  async (variables) => {
    const response = await fetch(
      `http://127.0.0.1:${port}/graphql?query={__typename}&variables=${encodeURIComponent(variables)}`,
      { headers: { accept: 'application/graphql-response+json' } },
    );
    const { errors } = await response.json();
    expect(response.status).toBe(400);
    expect(errors[0].extensions).toEqual({ code: 'BAD_USER_INPUT', retryable: false });
    expect(lines).toEqual([]);
  },
);

test('a body that is no JSON is not sent back', async () => {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: `{${'x'.repeat(10_000)}`,
  });
  const { errors } = await response.json();
  expect(response.status).toBe(400);
  expect(errors[0].extensions).toEqual({ code: 'BAD_USER_INPUT', retryable: false });
});
