import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';

const run = promisify(execFile);

const javaClient = new URL('../../support/JavaClient.java', import.meta.url).pathname;
const hasJava = spawnSync('java', ['-version']).status === 0;
const hasCurl = /\bHTTP2\b/.test(String(spawnSync('curl', ['--version']).stdout));

/** As Java 17 sends it. */
const h2c =
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA\r\n';

/** From Node 26 on, what is sent ahead behind such a body is lost: see `shouldUpgrade`. */
const losesWhatFollows = Number.parseInt(process.versions.node, 10) >= 26;

let running: AppServer;
let connections: number;
let sockets: Socket[];

beforeEach(async () => {
  running = await startServer({ config: { exchanges: ['sim'] } });
  sockets = [];
  connections = 0;
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await running.stop();
});

function dial(): { readonly socket: Socket; readonly text: () => string } {
  const { hostname, port } = new URL(running.url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  connections += 1;
  sockets.push(socket);
  let text = '';
  socket.on('data', (data) => {
    text += String(data);
  });
  socket.on('error', () => {});
  return { socket, text: () => text };
}

/** A query for its own name, which the answer has as a key. */
function get(name: string, headers = h2c, accept = 'application/json'): string {
  const query = name.startsWith('subscription') ? name : `{ ${name}: __typename }`;
  return `GET /graphql?query=${encodeURIComponent(query)} HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\n${headers}\r\n`;
}

function post(name: string, headers = h2c): string {
  const body = JSON.stringify({ query: `{ ${name}: __typename }` });
  return `POST /graphql HTTP/1.1\r\n${headers}Content-Length: ${body.length}\r\nHost: x\r\ncontent-type: application/json\r\n\r\n${body}`;
}

function postInChunks(name: string): string {
  const body = JSON.stringify({ query: `{ ${name}: __typename }` });
  const chunks = [body.slice(0, 5), body.slice(5), ''].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`);
  return `POST /graphql HTTP/1.1\r\nHost: x\r\ncontent-type: application/json\r\n${h2c}Transfer-Encoding: chunked\r\n\r\n${chunks.join('')}`;
}

const live = 'subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }';

const namesIn = (text: string) => [...text.matchAll(/"(\w+)":"Query"/g)].map(([, name]) => name);
const statusesIn = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

const behindBodies = ['several sent behind bodies', [post('a') + get('b') + postInChunks('c') + get('d', '')]] as const;

test.each<readonly [string, readonly string[]]>([
  ...(losesWhatFollows ? [] : [behindBodies]),
  ['GET', [get('a')]],
  ['POST', [post('a')]],
  ['POST whose body comes later', [post('a').slice(0, -20), post('a').slice(-20)]],
  ['POST whose head comes in two', [post('a').slice(0, 40), post('a').slice(40)]],
  ['POST in chunks', [postInChunks('a')]],
  ['POST in chunks that come later', [postInChunks('a').slice(0, -30), postInChunks('a').slice(-30)]],
  ['several on one connection', [get('a'), post('b'), post('c'), get('d', ''), get('e')]],
  ['one behind another', [get('a', '') + get('b') + post('c', '') + post('d')]],
  ['several sent ahead', [get('a') + get('b') + get('c', '') + get('d')]],
  ['one that is sent ahead in part', [get('a') + get('b', '').slice(0, 15), get('b', '').slice(15)]],
])('an upgrade to HTTP/2 is ignored: %s', async (_name, parts) => {
  const { socket, text } = dial();
  const asked = namesIn(parts.join('').replaceAll(/(?:%7B%20|\{ )(\w)(?:%3A%20|: )__typename/g, '"$1":"Query"'));
  let sent = '';
  for (const part of parts) {
    sent += part;
    socket.write(part);
    // A request that is whole is answered before the next goes out.
    const whole = namesIn(sent.replaceAll(/(?:%7B%20|\{ )(\w)(?:%3A%20|: )__typename/g, '"$1":"Query"')).length;
    if (parts.length > 2) await eventually(() => namesIn(text()).length === whole);
    else await new Promise(setImmediate);
  }
  await eventually(() => namesIn(text()).length === asked.length);
  expect(namesIn(text())).toEqual(asked);
  expect(statusesIn(text())).toEqual(asked.map(() => 200));
  expect(connections).toBe(1);
  expect(socket.destroyed).toBe(false);
});

test('the same holds for every path and every unsupported protocol', async () => {
  for (const protocol of ['h2c', 'TLS/1.0', 'foo', 'h2c, foo', 'HTTP/2.0', '']) {
    const { socket, text } = dial();
    const headers = `Connection: keep-alive, upgrade\r\nUpgrade: ${protocol}\r\n`;
    for (const path of ['/health', '/ready', '/metrics', '/', '/nope']) {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    }
    await eventually(() => statusesIn(text()).length === 5);
    expect(statusesIn(text()), protocol).toEqual([200, 200, 200, 200, 404]);
    expect(text()).toContain('{"status":"ok"}');
  }
});

test('a body that is too large is refused as usual', async () => {
  const { socket, text } = dial();
  const start = `POST /graphql HTTP/1.1\r\nHost: x\r\n${h2c}content-type: application/json\r\n`;
  socket.write(`${start}Content-Length: 300000\r\n\r\n`);
  await eventually(() => statusesIn(text()).length === 1);
  expect(statusesIn(text())).toEqual([413]);
  if (losesWhatFollows) return;
  socket.write('x'.repeat(300_000) + get('a'));
  await eventually(() => namesIn(text()).length === 1);
});

test('a request that waits behind an event stream is cut when the server stops', async () => {
  const { socket, text } = dial();
  socket.write(get(live, h2c, 'text/event-stream') + get('a'));
  await eventually(() => text().includes('event: next'));
  expect(running.app.stillOpen.requests).toBe(1);
  const closed = once(socket, 'close');
  await running.stop();
  await closed;
  expect(namesIn(text())).toEqual([]);
});

test.each([
  ['at another address', 'GET /nope', 'websocket', 400],
  ['by another method', 'POST /graphql', 'websocket', 405],
  ['without a key', 'GET /graphql', 'WebSocket', 400],
  ['or HTTP/2', 'GET /graphql', 'websocket, h2c', 400],
])('a WebSocket %s is refused', async (_name, line, protocol, status) => {
  const { socket, text } = dial();
  socket.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
  await once(socket, 'end');
  expect(statusesIn(text())).toEqual([status]);
});

test.skipIf(!hasJava)("Java's HTTP client is answered with its default settings, with GET and POST", async () => {
  const bodies = ['a', 'b', 'c'].map((name) => JSON.stringify({ query: `{ ${name}: __typename }` }));
  const { stdout } = await run('java', [javaClient, running.url, ...bodies]);
  expect(stdout.trim().split('\n')).toEqual([
    '200 HTTP_1_1 {"data":{"a":"Query"}}',
    '200 HTTP_1_1 {"data":{"b":"Query"}}',
    '200 HTTP_1_1 {"data":{"c":"Query"}}',
    '{"status":"ok"}',
  ]);
});

test.skipIf(!hasCurl)('curl --http2 is answered, and sends the next request over the same connection', async () => {
  const json = ['-H', 'content-type: application/json', '-d', '{"query":"{ a: __typename }"}'];
  const options = ['--http2', '-s', '-w', '\n%{http_version} %{num_connects}\n'];
  const { stdout } = await run('curl', [...options, ...json, running.url, running.url]);
  const answer = '{"data":{"a":"Query"}}';
  expect(stdout.trim().split('\n')).toEqual([answer, '1.1 1', answer, '1.1 0']);
});
