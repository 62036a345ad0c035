import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { type App, createApp } from '../../../src/app/create-app.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { createKeyFinder, toGivenKey } from '../../../src/server/access/keys.ts';
import { eventually } from '../../support/socket-client.ts';

const compare = vi.hoisted(() => vi.fn());
vi.mock('node:crypto', async (original) => {
  const crypto: typeof import('node:crypto') = await original();
  compare.mockImplementation(crypto.timingSafeEqual);
  return { ...crypto, timingSafeEqual: compare };
});

const good = 'correct-horse-battery';
const other = 'staple-0123456789ab';
const wrong = 'incorrect-horse-battery';

const query = '{ exchanges { id } }';
const live = 'subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }';
const json = { 'content-type': 'application/json' };

let lines: string[];
let app: App;
let url: string;
let sockets: WebSocket[];

beforeEach(async () => {
  lines = [];
  sockets = [];
  const log = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
  const config = { ...loadConfig({ API_KEYS: `${good},${other}`, EXCHANGES: 'sim' }, ['sim']), port: 0 };
  app = createApp({ config, log });
  url = `http://127.0.0.1:${await app.start()}/graphql`;
});

afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  await app.stop();
});

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
  ['GraphiQL', (headers) => fetch(url, { headers: { accept: 'text/html', ...headers } })],
];

describe.each(doors)('%s', (_name, open) => {
  test.each([`Bearer ${good}`, `bearer ${other}`, `BEARER  ${good} `])(
    'lets in who has a key: %s',
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
  ])('lets in nobody else: %j', async (headers: Headers) => {
    // What is kept for who may ask is not for others.
    await open({ authorization: `Bearer ${good}` }).then(({ body }) => body?.cancel());
    const response = await open(headers);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).not.toMatch(/data|horse/);
  });
});

test('the answer says what to send, as errors for a client and as a sentence for a browser', async () => {
  const response = await fetch(`${url}?query=${encodeURIComponent(query)}`);
  expect(await response.json()).toEqual({
    errors: [
      {
        message:
          'This server needs an API key: send one as "Authorization: Bearer <key>", over a WebSocket in the payload of connection_init.',
        extensions: { code: 'UNAUTHENTICATED', retryable: false },
      },
    ],
  });
  const page = await fetch(url, { headers: { accept: 'text/html', authorization: `Bearer ${wrong}` } });
  expect(page.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await page.text()).toMatch(/^The API key that was sent is not valid for this server: send one as .*\n$/);
  const modern = await fetch(url, {
    method: 'POST',
    headers: { ...json, accept: 'application/graphql-response+json' },
  });
  expect(modern.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
});

test('other addresses are locked, too, but for those that tell whether it works', async () => {
  for (const path of ['/', '/metrics', '/elsewhere']) {
    expect((await fetch(new URL(path, url), { redirect: 'manual' })).status).toBe(401);
  }
  for (const path of ['/health', '/ready']) expect((await fetch(new URL(path, url))).status).toBe(200);
});

test('a browser may ask without a key whether a page may send one, and the page may read that it was wrong', async () => {
  const headers = { origin: 'https://page.example', 'access-control-request-headers': 'authorization' };
  const preflight = await fetch(url, { method: 'OPTIONS', headers });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization');
  expect((await fetch(url, { headers })).headers.get('access-control-allow-origin')).toBe('*');
});

/** A socket, what it was told, and how it was closed. */
function open(headers: Headers = {}) {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
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
])('a socket with a key is taken: %j, %j', async (payload, headers: Headers) => {
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
])('a socket without one is closed, and not taken: %j, %j', async (payload, headers: Headers) => {
  const { messages, send, opened, closed } = open(headers);
  await opened;
  send({ type: 'connection_init', payload });
  expect(await closed).toBe('4401 Unauthorized');
  expect(messages).toEqual([]);
});

test('nothing runs that such a socket sends besides', async () => {
  const { messages, send, opened, closed } = open();
  await opened;
  send({ type: 'connection_init', payload: { Authorization: `Bearer ${wrong}` } });
  // Some of it is there before the key was looked at, some after.
  for (let turn = 0; turn < 50; turn++) {
    send(subscribe, { type: 'connection_init', payload: { Authorization: `Bearer ${good}` } });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await closed).toBe('4401 Unauthorized');
  expect(messages).toEqual([]);
  expect(app.counts).toMatchObject({ subscriptions: 0, topics: 0 });
  expect(lines.join('')).not.toContain('masked');
});

test('a socket that does not wait to be let in is closed', async () => {
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
    // What Node cannot read.
    await new Promise((resolve) => {
      const request = httpRequest(url, { headers: { authorization: `Bearer ${key}`, 'content-length': '-1' } });
      request.on('error', resolve).on('response', resolve).end();
    });
  }
  await app.stop();
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.join('')).not.toMatch(/horse/);
});

test('a key that can be guessed is warned of, without saying it', async () => {
  const told: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => told.push(line) });
  const config = { ...loadConfig({ API_KEYS: `${good},sesame`, EXCHANGES: 'sim' }, ['sim']), port: 0 };
  await createApp({ config, log }).stop();
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('fewer than 16 characters');
  expect(told[0]).not.toContain('sesame');
  expect(lines.join('')).not.toContain('fewer than');
});

test.each([good, other, wrong])('every key is compared, whichever is given: %s', (key) => {
  const find = createKeyFinder([good, other]);
  compare.mockClear();
  find(key);
  expect(compare).toHaveBeenCalledTimes(2);
});

test('a key is named by what it cannot be told from', () => {
  const find = createKeyFinder([good, other]);
  expect(find(good)).toMatch(/^key-[0-9a-f]{12}$/);
  expect(find(good)).not.toBe(find(other));
  expect(find(wrong)).toBeNull();
  expect(toGivenKey('Bearer a b')).toBeNull();
});
