import crypto from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import WebSocket from 'ws';
import { createKeyFinder, toGivenKey } from '../../../src/server/access/keys.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';

const good = 'correct-horse-battery';
const other = 'staple-0123456789ab';
const wrong = 'incorrect-horse-battery';

const query = '{ exchanges { id } }';
const live = 'subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }';
const json = { 'content-type': 'application/json' };

let server: AppServer;
let url: string;
const sockets: WebSocket[] = [];

async function start(): Promise<void> {
  server = await startServer({ config: { apiKeys: [good, other], exchanges: ['sim'] }, logLevel: 'trace' });
  url = server.url;
}

beforeAll(start);

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await eventually(() => server.app.counts.operations === 0 && server.app.counts.sockets === 0);
});

afterAll(() => server.stop());

type Headers = Readonly<Record<string, string>>;

const doors: readonly (readonly [string, (headers: Headers) => Promise<Response>])[] = [
  [
    'POST',
    (headers) => fetch(url, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify({ query }) }),
  ],
  [
    'POST of another type',
    (headers) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; profile=plain', ...headers },
        body: JSON.stringify({ query }),
      }),
  ],
  ['GET', (headers) => fetch(`${url}?query=${encodeURIComponent(query)}`, { headers })],
  ['HEAD', (headers) => fetch(`${url}?query=${encodeURIComponent(query)}`, { method: 'HEAD', headers })],
  [
    'server-sent events',
    (headers) =>
      fetch(`${url}?query=${encodeURIComponent(live)}`, { headers: { accept: 'text/event-stream', ...headers } }),
  ],
  ['a page', (headers) => fetch(new URL('/api', url), { headers: { accept: 'text/html', ...headers } })],
];

describe.each(doors)('%s', (_name, open) => {
  test.each([`Bearer ${good}`, `bearer ${other}`, `BEARER  ${good} `])(
    'admits a client with a valid key: %s',
    async (authorization) => {
      const response = await open({ authorization });
      expect(response.status).toBe(200);
      await response.body?.cancel();
    },
  );

  test.each([
    [{}],
    [{ authorization: `Bearer ${wrong}` }],
    [{ authorization: `Bearer ${good}x` }],
    [{ authorization: `Bearer ${good},${other}` }],
    [{ authorization: `Basic ${good}` }],
    [{ authorization: good }],
    [{ authorization: 'Bearer ' }],
  ])('admits no other client: %j', async (headers: Headers) => {
    // An answer that is kept for clients with a key is not for others.
    await open({ authorization: `Bearer ${good}` }).then(({ body }) => body?.cancel());
    const response = await open(headers);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).not.toMatch(/data|horse/);
  });
});

test('the answer explains how to send a key, as JSON errors for a client and as plain text for a browser', async () => {
  const response = await fetch(`${url}?query=${encodeURIComponent(query)}`);
  expect(await response.json()).toEqual({
    errors: [
      {
        message:
          'This server requires an API key: send one as "Authorization: Bearer <key>", over a WebSocket in the payload of connection_init.',
        extensions: { code: 'UNAUTHENTICATED', retryable: false },
      },
    ],
  });
  const page = await fetch(new URL('/api', url), {
    headers: { accept: 'text/html', authorization: `Bearer ${wrong}` },
  });
  expect(page.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await page.text()).toMatch(/^The API key that was sent is not valid for this server: send one as .*\n$/);
  const modern = await fetch(url, {
    method: 'POST',
    headers: { ...json, accept: 'application/graphql-response+json' },
  });
  expect(modern.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
});

test('GraphiQL needs no key, with or without a query, and even a wrong key does not matter', async () => {
  for (const headers of [{}, { authorization: `Bearer ${wrong}` }]) {
    for (const path of [url, `${url}?query=${encodeURIComponent(query)}`]) {
      const page = await fetch(path, { headers: { accept: 'text/html', ...headers } });
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(await page.text()).not.toMatch(/"exchanges":\[|horse/);
    }
  }
});

test('other paths need a key too, except the health checks', async () => {
  for (const path of ['/metrics', '/api/openapi.json', '/mcp', '/elsewhere']) {
    expect((await fetch(new URL(path, url), { redirect: 'manual' })).status).toBe(401);
  }
  for (const path of ['/health', '/ready']) expect((await fetch(new URL(path, url))).status).toBe(200);
});

test('a preflight request needs no key, and a page can read that its key was wrong', async () => {
  const headers = { origin: 'https://page.example', 'access-control-request-headers': 'authorization' };
  const preflight = await fetch(url, { method: 'OPTIONS', headers });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization');
  expect((await fetch(url, { headers })).headers.get('access-control-allow-origin')).toBe('*');
});

/** A socket, the messages it received, and how it was closed. */
function open(headers: Headers = {}) {
  const socket = new WebSocket(server.webSocketUrl, 'graphql-transport-ws', { headers });
  sockets.push(socket);
  const messages: string[] = [];
  socket.on('message', (data) => messages.push(String(data)));
  const closed = once(socket, 'close').then(([code, reason]) => `${code} ${reason}`);
  const send = (...given: readonly object[]): void => {
    for (const message of given) socket.send(JSON.stringify(message));
  };
  return { messages, closed, send, opened: once(socket, 'open') };
}

const subscribe = { type: 'subscribe', id: '1', payload: { query: live } };

test.each([
  [{ Authorization: `Bearer ${good}` }, {}],
  [{ authorization: `bearer ${other}` }, {}],
  [undefined, { authorization: `Bearer ${good}` }],
  [{ authorization: `Bearer ${good}` }, { authorization: `Bearer ${wrong}` }],
])('a socket with a key is acknowledged: %j, %j', async (payload, headers: Headers) => {
  const { messages, send, opened } = open(headers);
  await opened;
  send({ type: 'connection_init', payload });
  await eventually(() => messages.length === 1);
  expect(messages[0]).toBe('{"type":"connection_ack"}');
  send(subscribe);
  await eventually(() => messages.length >= 2);
  expect(messages[1]).toContain('tickerUpdated');
});

test.each([
  [undefined, {}],
  [{ Authorization: `Bearer ${wrong}` }, {}],
  [{ Authorization: good }, {}],
  [{ Authorization: { key: good } }, {}],
  [undefined, { authorization: `Bearer ${wrong}` }],
  [{ authorization: `Bearer ${wrong}` }, { authorization: `Bearer ${good}` }],
])('a socket without a key is closed and not acknowledged: %j, %j', async (payload, headers: Headers) => {
  const { messages, send, opened, closed } = open(headers);
  await opened;
  send({ type: 'connection_init', payload });
  expect(await closed).toBe('4401 Unauthorized');
  expect(messages).toEqual([]);
});

test('nothing else that such a socket sends is executed', async () => {
  const { messages, send, opened, closed } = open();
  await opened;
  send({ type: 'connection_init', payload: { Authorization: `Bearer ${wrong}` } });
  // Some of it arrives before the key is checked, some after.
  for (let turn = 0; turn < 50; turn++) {
    send(subscribe, { type: 'connection_init', payload: { Authorization: `Bearer ${good}` } });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await closed).toBe('4401 Unauthorized');
  expect(messages).toEqual([]);
  expect(server.app.counts).toMatchObject({ subscriptions: 0, topics: 0 });
  expect(server.log.text).not.toContain('masked');
});

test('a socket that subscribes before it is acknowledged is closed', async () => {
  const { messages, send, opened, closed } = open({ authorization: `Bearer ${good}` });
  await opened;
  send(subscribe);
  expect(await closed).toBe('4401 Unauthorized');
  expect(messages).toEqual([]);
});

test('no key is ever logged', async () => {
  for (const [, ask] of doors) {
    for (const key of [good, wrong]) {
      await ask({ authorization: `Bearer ${key}` }).then(({ body }) => body?.cancel());
      await ask({ authorization: `Bearer ${key}`, 'content-type': 'text/plain' }).then(({ body }) => body?.cancel());
    }
  }
  for (const key of [good, wrong]) {
    for (const payload of [{ authorization: `Bearer ${key}` }, `Bearer ${key}`]) {
      const { send, opened, closed, messages } = open({ authorization: `Bearer ${key}` });
      await opened;
      send({ type: 'connection_init', payload });
      await Promise.race([closed, eventually(() => messages.length > 0)]);
      send({ type: 'subscribe', id: '1', payload: { query: `{ ${key}` } }, { type: 'ping', payload: `Bearer ${key}` });
      await Promise.race([closed, eventually(() => messages.length > 1)]);
    }
    // A request that Node cannot parse.
    await new Promise((resolve) => {
      const request = httpRequest(url, { headers: { authorization: `Bearer ${key}`, 'content-length': '-1' } });
      request.on('error', resolve).on('response', resolve).end();
    });
  }
  const { log } = server;
  await server.stop();
  await start();
  expect(log.lines.length).toBeGreaterThan(0);
  expect(log.text).not.toMatch(/horse/);
});

test('the log warns of a key that is easy to guess, without logging the key', async () => {
  await using weak = await startServer({ config: { apiKeys: [good, 'sesame'], exchanges: ['sim'] }, logLevel: 'warn' });
  expect(weak.log.lines).toHaveLength(1);
  expect(weak.log.text).toContain('fewer than 16 characters');
  expect(weak.log.text).not.toContain('sesame');
  expect(server.log.text).not.toContain('fewer than');
});

test.each([good, other, wrong])('every key is compared, whichever the client sends: %s', (key) => {
  const find = createKeyFinder([good, other]);
  const compare = vi.spyOn(crypto, 'timingSafeEqual');
  // Importers of the name see the spy, too.
  syncBuiltinESMExports();
  onTestFinished(() => {
    compare.mockRestore();
    syncBuiltinESMExports();
  });
  find(key);
  expect(compare).toHaveBeenCalledTimes(2);
});

test('the name of a key does not reveal the key', () => {
  const find = createKeyFinder([good, other]);
  expect(find(good)).toMatch(/^key-[0-9a-f]{12}$/);
  expect(find(good)).not.toBe(find(other));
  expect(find(wrong)).toBeNull();
  expect(toGivenKey('Bearer a b')).toBeNull();
});
