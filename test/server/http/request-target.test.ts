import { once } from 'node:events';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { createCors } from '../../../src/server/http/messages/cors.ts';
import { type FakeServer, startServer } from '../../support/server.ts';

let server: FakeServer;

beforeEach(async () => {
  server = await startServer({ fake: { cached: true } });
});

afterEach(() => server.stop());

const query = encodeURIComponent('{ a: __typename }');
const live = encodeURIComponent('subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USD") { last } }');
const body = JSON.stringify({ query: '{ a: __typename }' });

/** What a request with this line is answered, head and body. */
async function ask(line: string, headers: Readonly<Record<string, string>> = {}, sent = ''): Promise<string> {
  const socket = createConnection(server.port, '127.0.0.1');
  const all = { host: 'elsewhere.example', connection: 'close', ...headers, 'content-length': String(sent.length) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.write(`${[`${line} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n${sent}`);
  return text(socket);
}

const json = { 'content-type': 'application/json' };
const answer = '{"data":{"a":"Query"}}';

describe.each([
  ['a slash at its end', '/graphql/'],
  ['its whole address', 'http://127.0.0.1:1/graphql'],
  ['its whole address and a slash', 'http://ticks.example/graphql/'],
  ['an address with TLS, which a proxy ends', 'HTTPS://ticks.example/graphql'],
])('GraphQL is served at %s', (_name, target) => {
  test('over POST, GET and HEAD, even if a header names another host', async () => {
    expect(await ask(`POST ${target}`, json, body)).toMatch(/^HTTP\/1\.1 200 [\s\S]*\{"data":\{"a":"Query"\}\}$/);
    expect(await ask(`GET ${target}?query=${query}`)).toContain(answer);
    expect(await ask(`GET ${target}?query=${query}&variables=${encodeURIComponent('{"x":"/y/?"}')}`)).toContain(answer);
    expect(await ask(`HEAD ${target}?query=${query}`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask(`GET ${target}?query=${query}`, { host: '[::bad' })).toContain(answer);
  });

  test('if Yoga answers, too', async () => {
    expect(await ask(`GET ${target}`)).toContain('Must provide query string.');
    const events = { ...json, accept: 'text/event-stream' };
    const { text: sent } = await server.send({ method: 'POST', path: target, headers: events, body });
    expect(sent).toContain(`data: ${answer}`);
    const accept = 'application/graphql-response+json';
    expect(await ask(`GET ${target}?query=${live}`, { accept })).toMatch(/^HTTP\/1\.1 406 /);
    expect(await ask(`OPTIONS ${target}`, { origin: 'https://app.example' })).toMatch(/^HTTP\/1\.1 204 /);
  });

  test('as a page', async () => {
    const page = await ask(`GET ${target}`, { accept: 'text/html', 'accept-encoding': 'gzip' });
    expect(page).toMatch(/^HTTP\/1\.1 200 [\s\S]*content-type: text\/html/i);
  });

  test('over a WebSocket', async () => {
    const { port } = new URL(server.url);
    const url = `ws://127.0.0.1:${port}/graphql`;
    const socket = new WebSocket(url, 'graphql-transport-ws', {
      finishRequest: (request) => {
        request.path = target;
        request.end();
      },
    });
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    const [message] = await once(socket, 'message');
    expect(String(message)).toBe('{"type":"connection_ack"}');
    socket.terminate();
  });
});

test.each([
  ['http://127.0.0.1:1/health', 200, '{"status":"ok"}'],
  ['http://127.0.0.1:1/health?from=balancer', 200, '{"status":"ok"}'],
  ['/ready/', 503, '{"status":"starting"}'],
  ['http://127.0.0.1:1', 200, '<title>TickQL</title>'],
  ['http://127.0.0.1:1?x=y', 200, '<title>TickQL</title>'],
  ['http://127.0.0.1:1//graphql', 404, 'This server has nothing at this path'],
  ['http:///graphql', 404, 'This server has nothing at this path'],
  ['http://user@127.0.0.1/graphql', 404, 'This server has nothing at this path'],
  ['ftp://127.0.0.1/graphql', 404, 'This server has nothing at this path'],
])('%s is answered %i', async (target, status, expected) => {
  const given = await ask(`GET ${target}`);
  expect(given).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(given).toContain(expected);
});

test('the host of a whole URL determines which pages may open a WebSocket', async () => {
  await server.stop();
  server = await startServer({ fake: { cached: true, cors: createCors([]) } });
  const { port } = new URL(server.url);
  const open = async (path: string): Promise<unknown> => {
    const options = {
      origin: 'http://ticks.example',
      finishRequest: (request: { path: string; end: () => void }) => {
        request.path = path;
        request.end();
      },
    };
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', options);
    socket.on('error', () => {});
    const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode);
    const outcome = await Promise.race([refused, once(socket, 'open').then(() => 'open')]);
    socket.terminate();
    return outcome;
  };
  expect(await open('http://ticks.example/graphql')).toBe('open');
  expect(await open('http://other.example/graphql')).toBe(403);
});
