import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { createApp } from '../../../src/app/create-app.ts';
import { InFlight } from '../../../src/server/http/in-flight.ts';
import { PipelineQueue } from '../../../src/server/http/pipeline-queue.ts';
import { toStaggerSize } from '../../../src/server/http/stagger.ts';
import { closeSockets } from '../../../src/server/websocket/close-sockets.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { toTestConfig } from '../../support/server/app-server.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { eventually, openSocket } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const subscription = 'subscription { tickerUpdated(exchange: "binance", symbol: "BTC/USDT") { last } }';

let binance: Venue;
let clock: ManualClock;
let running: AppServer;

beforeEach(async () => {
  binance = await createBinance();
});

afterEach(async () => {
  // What a failed test left: the next turn of the hands ends it.
  const stopped = running.stop();
  await clock?.advance(60_000);
  await stopped;
  await binance.close();
});

async function start(shutdownDelayMs: number, withClock?: ManualClock): Promise<void> {
  running = await startServer({
    config: { shutdownDelayMs, upstreamTimeoutMs: 600_000 },
    venues: { binance },
    ...(withClock ? { clock: withClock } : {}),
  });
}

function pathOf(path: string): string {
  return new URL(path, running.url).href;
}

async function readiness(): Promise<readonly [number, string | null]> {
  const response = await fetch(pathOf('/ready'));
  await response.text();
  return [response.status, response.headers.get('connection')];
}

/** An answer over a connection of the agent. */
function get(path: string, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest(pathOf(path), { agent }, (response) => {
      response.resume();
      response.once('end', () => resolve(response));
    })
      .on('error', reject)
      .end();
  });
}

function openEvents(): Promise<Response> {
  return fetch(running.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: subscription }),
  });
}

test('readiness ends first: until the delay is over every request is served, and each connection is closed after its answer', async () => {
  clock = new ManualClock();
  await start(500, clock);
  expect(await readiness()).toEqual([200, 'keep-alive']);
  const stopped = running.stop();
  expect(await readiness()).toEqual([503, 'close']);
  expect((await fetch(pathOf('/health'))).status).toBe(200);
  expect(await running.query('{ exchanges { id } }')).toMatchObject({ status: 200, errors: [] });
  const socket = await openSocket(running.webSocketUrl);
  const closed = once(socket, 'close');
  await clock.advance(499);
  expect(await readiness()).toEqual([503, 'close']);
  await clock.advance(1);
  await expect(fetch(pathOf('/ready'))).rejects.toThrow();
  expect((await closed)[0]).toBe(1001);
  await stopped;
  expect(running.app.stillOpen).toEqual({
    requests: 0,
    sockets: 0,
    streamPools: 0,
    exchanges: [],
    clusterConnections: 0,
  });
});

test('a request in progress is answered, and the server waits only for that', async () => {
  await start(0);
  binance.delayMs = 300;
  const answer = running.query('{ ticker(exchange: "binance", symbol: "BTC/USDT") { symbol } }');
  await eventually(() => binance.requests.length > 0);
  const stopped = running.stop();
  const order: string[] = [];
  await Promise.all([answer.then(() => order.push('answered')), stopped.then(() => order.push('stopped'))]);
  expect(await answer).toMatchObject({ status: 200, errors: [], data: { ticker: { symbol: 'BTC/USDT' } } });
  expect(order).toEqual(['answered', 'stopped']);
});

test('a busy connection is closed with its next answer', async () => {
  await start(0);
  binance.delayMs = 300;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect((await get('/health', agent)).headers.connection).toBe('keep-alive');
  const query = encodeURIComponent('{ ticker(exchange: "binance", symbol: "BTC/USDT") { symbol } }');
  const answer = get(`/graphql?query=${query}`, agent);
  await eventually(() => binance.requests.length > 0);
  const stopped = running.stop();
  expect((await answer).headers.connection).toBe('close');
  await stopped;
  agent.destroy();
});

test('an event stream ends at once without a complete event, so that its client reconnects', async () => {
  await start(0);
  const response = await openEvents();
  const text = response.text();
  await eventually(() => running.app.counts.subscribers === 1);
  await running.stop();
  expect(await text).not.toContain('event: complete');
  expect(running.app.counts.subscribers).toBe(0);
});

test('an operation that becomes an event stream while the server closes is ended too', async () => {
  const hands = new ManualClock();
  const responses: ServerResponse[] = [];
  const queue = new PipelineQueue(
    (_request, response) => responses.push(response),
    () => inFlight.recordEnd(),
  );
  const inFlight = new InFlight(queue);
  const server = createServer((request, response) => queue.take(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const asked = fetch(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
  await eventually(() => responses.length === 1);
  const drained = inFlight.drain(hands, 7000);
  responses[0]?.setHeader('content-type', 'text/event-stream');
  responses[0]?.write('event: next\n');
  // Who writes to it does not know yet.
  responses[0]?.once('prefinish', () => responses[0]?.write('too late'));
  const answer = await asked;
  await hands.advance(50);
  expect(await answer.text()).toBe('event: next\n');
  await drained;
  expect(hands.pending).toBe(0);
  server.close();
});

test('a request that takes too long is cut', async () => {
  clock = new ManualClock();
  await start(0, clock);
  binance.fault({ kind: 'hang' });
  const failed = running.query('{ ticker(exchange: "binance", symbol: "BTC/USDT") { symbol } }').catch(() => 'cut');
  // The call waits a moment for others to go with.
  for (let turn = 0; turn < 1000 && binance.requests.length === 0; turn++) await clock.advance(1);
  const stopped = running.stop();
  await clock.advance(6999);
  expect(running.app.stillOpen).toMatchObject({ requests: 1, exchanges: ['binance'] });
  await clock.advance(1);
  expect(await failed).toBe('cut');
  await stopped;
});

test('a server that is still starting can be stopped', async () => {
  await start(0);
  const app = createApp({ config: toTestConfig(), log: pino({ level: 'silent' }) });
  const started = app.start();
  await app.stop();
  await expect(fetch(`http://127.0.0.1:${await started}/health`)).rejects.toThrow();
});

test('feeds end after the last socket, so that no subscription receives complete', async () => {
  await start(0);
  const sockets = await Promise.all(Array.from({ length: 101 }, () => openSocket(running.webSocketUrl)));
  const messages: string[] = [];
  const closed = sockets.map((socket) => {
    socket.on('message', (data) => messages.push(JSON.parse(String(data)).type));
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: subscription } }));
    return once(socket, 'close');
  });
  await eventually(() => messages.length >= 101);
  await running.stop();
  const codes = (await Promise.all(closed)).map(([code]) => code);
  expect(new Set(codes)).toEqual(new Set([1001]));
  expect(new Set(messages)).toEqual(new Set(['next']));
});

test('a few sockets close at once, very many in slices within two seconds', async () => {
  clock = new ManualClock();
  await start(0);
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const clients = Array.from({ length: 250 }, () => new WebSocket(`ws://127.0.0.1:${port}`));
  await Promise.all(clients.map((client) => once(client, 'open')));
  await eventually(() => server.clients.size === 250);
  const sockets = [...server.clients];
  const closing = (): number => sockets.filter(({ readyState }) => readyState !== WebSocket.OPEN).length;
  const done = closeSockets(sockets, clock);
  await nextTurn();
  expect(closing()).toBe(100);
  await clock.advance(50);
  expect(closing()).toBe(200);
  await clock.advance(50);
  await done;
  expect(closing()).toBe(250);
  await new Promise((resolve) => server.close(resolve));
  expect(Math.ceil(10_000 / toStaggerSize(10_000)) * 50).toBeLessThanOrEqual(2000);
});
