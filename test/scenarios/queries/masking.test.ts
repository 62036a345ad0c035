import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { ofUnknownFreshness } from '../../../src/market/model/fresh.ts';
import type { Market } from '../../../src/market/model/market.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { openSocket } from '../../support/socket-client.ts';

/** The port has a defect: its markets fail with an error of an unexpected type. */
const document = '{ exchange(id: "kraken") { id } market(exchange: "kraken", symbol: "BTC/USD") { id } }';

/** A market that no exchange's data may lead to: null in a non-null field, and a number that is not a number. */
const broken: Market = JSON.parse(
  '{"exchange":"kraken","symbol":"BTC/USD","base":null,"quote":"USD","settle":{},"type":"barter","contractSize":"NaN"}',
);

let marketData: FakeMarketData;
let server: FakeServer;

beforeEach(async () => {
  marketData = new FakeMarketData(systemClock);
  marketData.fetchMarkets = async () => {
    throw new Error('the fake has no markets');
  };
  server = await startServer({ fake: { marketData, logLevel: 'error' } });
});

afterEach(() => server.stop());

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
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document }),
  });
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject(masked);
  expect(text).not.toContain('the fake has no markets');
  expect(server.log.lines).toHaveLength(1);
  expect(server.log.text).toContain('the fake has no markets');
});

test('an unexpected error is masked and logged with its cause over WebSocket', async () => {
  const socket = await openSocket(server.webSocketUrl);
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: document } }));
  const [message] = await once(socket, 'message');
  expect(JSON.parse(String(message))).toMatchObject({ id: '1', type: 'next', payload: masked });
  expect(server.log.lines).toHaveLength(1);
  socket.terminate();
});

describe.each([
  ['base', { nodes: null }],
  ['type', { nodes: null }],
  ['settle', { nodes: [{ settle: null }] }],
  ['contractSize', { nodes: [{ contractSize: null }] }],
])('a value that the field %s cannot have is a defect of the server', (field, markets) => {
  const query = `{ exchange(id: "kraken") { markets { nodes { ${field} } } } }`;
  const expected = [{ extensions: { code: 'INTERNAL_SERVER_ERROR' }, message: 'Something went wrong on this server.' }];
  const data = { exchange: { markets: markets.nodes ? markets : null } };

  beforeEach(() => {
    Object.assign(marketData, { fetchMarkets: async () => ofUnknownFreshness(new Map([['BTC/USD', broken]])) });
  });

  test('over HTTP, compiled or not', async () => {
    for (let time = 1; time <= 5; time++) {
      const response = await fetch(server.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      expect(await response.json()).toMatchObject({ data, errors: expected });
    }
    expect(server.log.lines.length).toBeGreaterThan(0);
  });

  test('over WebSocket', async () => {
    const socket = await openSocket(server.webSocketUrl);
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    const [message] = await once(socket, 'message');
    expect(JSON.parse(String(message))).toMatchObject({ type: 'next', payload: { data, errors: expected } });
    socket.terminate();
  });
});

test('null for a non-null argument is bad input of the client, compiled or not', async () => {
  const query = 'query ($first: Int) { exchange(id: "kraken") { markets(first: $first) { totalCount } } }';
  for (let time = 1; time <= 5; time++) {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { first: null } }),
    });
    const { errors } = await response.json();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' }, path: ['exchange', 'markets'] }]);
  }
  expect(server.log.lines).toEqual([]);
});

test('a syntax error and an unknown field are bad input of the client and are not logged', async () => {
  for (const query of ['{', '{ nope }', '{ exchange { id } }', 'query ($x: ID!) { exchange(id: $x) { id } }']) {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { errors } = await response.json();
    expect(errors[0].extensions).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false });
  }
  expect(server.log.lines).toEqual([]);
});

test('a message over 64 KB closes the socket with 1009', async () => {
  const socket = await openSocket(server.webSocketUrl);
  const closed = once(socket, 'close');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: `{ ${' '.repeat(70_000)} }` } }));
  expect((await closed)[0]).toBe(1009);
});

test.each(['x', '💥'])(
  'an operation id that is already open, and is too long for a close frame, closes with 4409 (%s…)',
  async (letter) => {
    const socket = await openSocket(server.webSocketUrl);
    const closed = once(socket, 'close');
    const message = JSON.stringify({ type: 'subscribe', id: letter.repeat(500), payload: { query: document } });
    socket.send(message);
    socket.send(message);
    const [code, reason] = await closed;
    expect(code).toBe(4409);
    expect(String(reason)).toMatch(new RegExp(`^Subscriber for ${letter}{20,}$`, 'u'));
  },
);

test('a Host header that cannot be parsed is refused without a stack trace', async () => {
  const socket = createConnection(server.port, '127.0.0.1');
  socket.end('GET /graphql HTTP/1.1\r\nHost: [::bad\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text).toContain('400 Bad Request');
  expect(text).not.toContain('node_modules');
});

test('any page can send requests, without credentials', async () => {
  const response = await fetch(`${server.url}?query={__typename}`, {
    headers: { origin: 'https://frontend.example' },
  });
  expect(['*', 'https://frontend.example']).toContain(response.headers.get('access-control-allow-origin'));
  expect(response.headers.get('access-control-allow-credentials')).not.toBe('true');
});

test.each(['{nope', '[1', '{"a":'])(
  'variables in a query string that are not valid JSON (%s) are bad input',
  async (variables) => {
    const response = await fetch(`${server.url}?query={__typename}&variables=${encodeURIComponent(variables)}`, {
      headers: { accept: 'application/graphql-response+json' },
    });
    const { errors } = await response.json();
    expect(response.status).toBe(400);
    expect(errors[0].extensions).toEqual({ code: 'BAD_USER_INPUT', retryable: false });
    expect(server.log.lines).toEqual([]);
  },
);

test('a body that is not valid JSON is not echoed', async () => {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: `{${'x'.repeat(10_000)}`,
  });
  const { errors } = await response.json();
  expect(response.status).toBe(400);
  expect(errors[0].extensions).toEqual({ code: 'BAD_USER_INPUT', retryable: false });
});
