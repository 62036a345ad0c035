import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { createGate } from '../../../../src/server/access/gate.ts';
import { createCors } from '../../../../src/server/http/messages/cors.ts';
import type { RawAnswer } from '../../../support/server/running-server.ts';
import { type FakeServer, startServer } from '../../../support/server.ts';

const named = 'https://app.example';
const query = '{ exchanges { id } }';

let server: FakeServer;

afterEach(() => server.stop());

/** One answer of every kind. */
async function askAll(origin: string): Promise<Readonly<Record<string, RawAnswer>>> {
  const headers = { origin };
  const { headers: first } = await server.get(query, headers);
  return {
    kept: await server.get(query, headers),
    'not modified': await server.get(query, { ...headers, 'if-none-match': first.etag ?? '' }),
    posted: await server.post(query, headers),
    'error of Yoga': await server.post('{ nope }', headers),
    'error of the door': await server.send({ method: 'POST', headers: { ...headers, 'content-type': 'text/plain' } }),
    'method that nobody knows': await server.send({ method: 'PUT', headers }),
    preflight: await server.send({ method: 'OPTIONS', headers }),
    events: await server.post('{ __typename }', { ...headers, accept: 'text/event-stream' }),
    page: await server.send({ headers: { ...headers, accept: 'text/html', 'accept-encoding': 'gzip' } }),
    'another address': await server.send({ path: '/nope', headers }),
    'method of another address': await server.send({ method: 'PUT', path: '/health', headers }),
    unreadable: await server.send({ headers: { ...headers, host: '[::bad', accept: 'text/html' } }),
  };
}

const corsHeadersOf = ({ headers }: RawAnswer) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control'));

describe('with a list of origins', () => {
  beforeEach(async () => {
    server = await startServer({ fake: { cached: true, cors: createCors([named, 'http://localhost:3000']) } });
  });

  test('a page of a listed origin can read every answer', async () => {
    for (const [kind, { headers }] of Object.entries(await askAll(named))) {
      expect(headers['access-control-allow-origin'], kind).toBe(named);
      expect(headers['access-control-allow-credentials'], kind).toBeUndefined();
      expect(headers.vary, kind).toMatch(/\bOrigin\b/);
    }
    expect((await server.get(query, { origin: 'http://localhost:3000' })).headers).toMatchObject({
      'access-control-allow-origin': 'http://localhost:3000',
      'access-control-expose-headers': 'etag',
      vary: 'Accept, Authorization, Origin',
    });
    expect((await server.post(query, { origin: named })).headers.vary).toBe('Origin');
  });

  test('a browser can keep the preflight answer for a day, also for compressed bodies', async () => {
    const asked = 'content-type,content-encoding,x-more';
    const headers = { 'access-control-request-method': 'POST', 'access-control-request-headers': asked };
    const preflight = (origin: string) => server.send({ method: 'OPTIONS', headers: { ...headers, origin } });
    expect((await preflight(named)).headers).toMatchObject({
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': asked,
      'access-control-max-age': '86400',
    });
    expect((await preflight('https://other.example')).headers['access-control-max-age']).toBeUndefined();
  });

  test.each(['https://other.example', 'https://app.example.evil', 'http://app.example', 'null'])(
    'a page of %s can read no answer, and caches distinguish origins',
    async (origin) => {
      for (const [kind, answer] of Object.entries(await askAll(origin))) {
        expect(corsHeadersOf(answer), kind).toEqual([]);
        expect(answer.headers.vary, kind).toMatch(/\bOrigin\b/);
      }
    },
  );

  test('a client that is not a page is answered as usual', async () => {
    expect((await server.get(query)).status).toBe(200);
  });
});

test('with an empty list, no answer has CORS headers', async () => {
  server = await startServer({ fake: { cached: true, cors: createCors([]) } });
  for (const [kind, answer] of Object.entries(await askAll(named))) expect(corsHeadersOf(answer), kind).toEqual([]);
  expect((await server.get(query)).headers.vary).toBe('Accept, Authorization');
});

test('an allowed page can read refusals too', async () => {
  server = await startServer({
    fake: { cached: true, cors: createCors([named]), gate: createGate({ requestsPerMinute: 1 }) },
  });
  await server.get(query);
  expect((await server.get(query, { origin: named })).headers).toMatchObject({
    'access-control-allow-origin': named,
    'access-control-expose-headers': 'retry-after',
    vary: 'Origin',
  });
  expect(corsHeadersOf(await server.get(query, { origin: 'https://other.example' }))).toEqual([]);
});

describe('a WebSocket', () => {
  /** 'open', or the status with which it was refused. */
  async function open(headers: Readonly<Record<string, string>>): Promise<unknown> {
    const socket = new WebSocket(server.webSocketUrl, 'graphql-transport-ws', { headers });
    const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode);
    const outcome = await Promise.race([refused, once(socket, 'open').then(() => 'open')]);
    socket.on('error', () => {});
    socket.terminate();
    return outcome;
  }

  const own = () => new URL(server.url).origin;

  test.each([[[named]], [[]]])(
    "is open to pages of the origins %j, to the server's own pages, and to clients that are not pages",
    async (origins) => {
      server = await startServer({ fake: { cached: true, cors: createCors(origins) } });
      expect(await open({ origin: 'https://other.example' })).toBe(403);
      expect(await open({ origin: 'null' })).toBe(403);
      expect(await open({ origin: named })).toBe(origins.length > 0 ? 'open' : 403);
      expect(await open({})).toBe('open');
      expect(await open({ origin: own() })).toBe('open');
      expect(await open({ origin: own().replace(/:\d+$/, ':1') })).toBe(403);
      // Behind a proxy that ends TLS.
      expect(await open({ origin: 'https://ticks.example', host: 'ticks.example' })).toBe('open');
      expect(await open({ origin: 'https://ticks.example', host: 'ticks.example:443' })).toBe('open');
      expect(await open({ origin: 'https://ticks.example', host: 'ticks.example:80' })).toBe(403);
    },
  );

  test('is open to any page by default', async () => {
    server = await startServer({ fake: { cached: true } });
    expect(await open({ origin: 'https://other.example' })).toBe('open');
  });
});
