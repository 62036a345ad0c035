import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { IgnoredUpgrades } from '../../../src/server/http/ignored-upgrades.ts';
import { PipelineQueue } from '../../../src/server/http/pipeline-queue.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';

let running: AppServer;
let sockets: Socket[];

beforeEach(async () => {
  running = await startServer({ config: { exchanges: ['sim'] } });
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await running.stop();
});

function dial(): { readonly socket: Socket; readonly text: () => string } {
  const { hostname, port } = new URL(running.url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  sockets.push(socket);
  let text = '';
  socket.on('data', (data) => {
    text += String(data);
  });
  socket.on('error', () => {});
  return { socket, text: () => text };
}

function ask(query: string, accept = 'application/json'): string {
  return `GET /graphql?query=${encodeURIComponent(query)} HTTP/1.1\r\nhost: x\r\naccept: ${accept}\r\n\r\n`;
}

const live = ask('subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }', 'text/event-stream');

test('pipelined requests are answered in their order', async () => {
  const { socket, text } = dial();
  const names = Array.from({ length: 50 }, (_, index) => `a${index}`);
  socket.write(names.map((name) => ask(`{ ${name}: __typename }`)).join(''));
  await eventually(() => (text().match(/HTTP\/1\.1 200/g) ?? []).length === names.length);
  expect([...text().matchAll(/"(a\d+)":/g)].map(([, name]) => name)).toEqual(names);
});

test('a request waits while another one is in progress, and is forgotten with its connection', async () => {
  const { socket, text } = dial();
  socket.write(live + ask('{ __typename }').repeat(20));
  await eventually(() => text().includes('event: next'));
  expect(running.app.stillOpen.requests).toBe(1);
  socket.destroy();
  await eventually(() => running.app.stillOpen.requests === 0);
});

test('a client that pipelines too many requests is cut', async () => {
  const { socket, text } = dial();
  socket.write(live);
  await eventually(() => text().includes('event: next'));
  socket.write(ask('{ __typename }').repeat(101));
  await eventually(() => socket.destroyed);
  await eventually(() => running.app.stillOpen.requests === 0);
});

describe('a connection that is returned to its server', () => {
  const upgrade = 'Connection: upgrade\r\nUpgrade: h2c\r\n';
  let server: Server;
  let ignored: IgnoredUpgrades;
  /** What was asked for, and the answers that are still to be given. */
  let seen: IncomingMessage[];
  let held: ServerResponse[];
  let client: Socket;

  beforeEach(async () => {
    seen = [];
    held = [];
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      seen.push(request);
      held.push(response);
    };
    const pipelineQueue = new PipelineQueue(handle, () => {});
    server = createServer((request, response) => pipelineQueue.take(request, response));
    ignored = new IgnoredUpgrades(server, (socket, callback) => pipelineQueue.whenAnswered(socket, callback));
    server.on('upgrade', (request, socket, head) => ignored.take(request, socket, head));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    client = createConnection(address.port, '127.0.0.1');
    client.on('error', () => {});
    sockets.push(client);
  });

  afterEach(() => {
    ignored.close();
    server.closeAllConnections();
    server.close();
  });

  const get = (path: string, headers = upgrade): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

  async function answer(): Promise<void> {
    held.shift()?.end('ok');
    await once(client, 'data');
  }

  test('returns when its earlier requests are answered, with the data that followed', async () => {
    client.write(get('/a', '') + get('/b', '') + get('/c') + get('/d', ''));
    for (const expected of [['/a'], ['/a', '/b'], ['/a', '/b', '/c'], ['/a', '/b', '/c', '/d']]) {
      await eventually(() => held.length === 1);
      expect(seen.map(({ url }) => url)).toEqual(expected);
      await answer();
    }
  });

  test('has the same listeners and timeout as before', async () => {
    client.write(get('/a', ''));
    await eventually(() => held.length === 1);
    const { socket } = seen[0] ?? {};
    const count = () =>
      socket
        ?.eventNames()
        .map((name) => `${String(name)} ${socket.listenerCount(name)}`)
        .sort();
    const before = count();
    client.write(get('/b') + get('/c'));
    await answer();
    await eventually(() => held.length === 1);
    expect(seen.at(-1)?.headers).toEqual({ host: 'x', connection: 'upgrade' });
    await answer();
    await eventually(() => held.length === 1);
    expect(seen).toHaveLength(3);
    // The pause between requests had begun.
    expect(socket?.timeout).toBe(0);
    expect(seen.every((request) => request.socket === socket)).toBe(true);
    expect(count()).toEqual(before);
  });

  test('is cut with its server while it waits', async () => {
    client.write(get('/a', '') + get('/b'));
    await eventually(() => held.length === 1);
    const closed = once(client, 'close');
    // Node's own way is not enough.
    server.closeAllConnections();
    ignored.close();
    await closed;
    expect(seen).toHaveLength(1);
  });

  test('can break while it waits', async () => {
    client.write(get('/a', '') + get('/b'));
    await eventually(() => held.length === 1);
    const [request] = seen;
    const closed = new Promise((resolve) => request?.socket.on('close', resolve));
    client.resetAndDestroy();
    await closed;
    expect(seen).toHaveLength(1);
  });

  test('keeps many headers and the bytes of their values', async () => {
    const many = Array.from({ length: 2200 }, (_, index) => `a: ${index % 10}`).join('\r\n');
    client.write(Buffer.from(get('/a', `${many}\r\n${upgrade}x-last: \u00e9\u00ff\r\n`), 'latin1'));
    await eventually(() => held.length === 1);
    expect(seen[0]?.headers['x-last']).toBe('\u00e9\u00ff');
  });
});
