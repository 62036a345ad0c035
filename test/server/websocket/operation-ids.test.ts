import { afterEach, beforeEach, expect, test } from 'vitest';
import type WebSocket from 'ws';
import { type AppServer, startServer } from '../../support/server.ts';
import { eventually, openSocket } from '../../support/socket-client.ts';

let server: AppServer;
let socket: WebSocket;
let received: { readonly id: string; readonly type: string; readonly payload?: unknown }[];

beforeEach(async () => {
  server = await startServer({ config: { lingerMs: 0, pollIntervalMs: 50 } });
  // Loaded beforehand, so that what follows waits for nothing but graphql-ws.
  await server.query('{ ticker(exchange: "sim", symbol: "BTC/USDT") { last } }');
  socket = await openSocket(server.webSocketUrl);
  received = [];
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
});

afterEach(async () => {
  socket.terminate();
  await server.stop();
});

const send = (message: unknown): void => socket.send(JSON.stringify(message));
const start = (query: string): void => send({ id: '1', type: 'subscribe', payload: { query } });
const stop = (): void => send({ id: '1', type: 'complete' });
const live = (symbol: string): string =>
  `subscription { tickerUpdated(exchange: "sim", symbol: "${symbol}") { symbol last } }`;

test('an id that is reused at once, again and again, leaves no subscriber behind', async () => {
  for (let round = 0; round < 100; round += 1) {
    start(live('BTC/USDT'));
    stop();
  }
  start(live('BTC/USDT'));
  await eventually(() => received.length >= 1);
  expect(server.app.counts.subscribers).toBe(1);
  stop();
  await eventually(() => server.app.counts.subscribers === 0 && server.app.counts.topics === 0);
  expect(new Set(received.map(({ type }) => type))).toEqual(new Set(['next']));
});

test('the last operation of an id continues, and receives nothing from earlier ones', async () => {
  for (const symbol of ['BTC/USDT', 'SOL/USDT', 'ETH/USDT']) {
    start(live(symbol));
    if (symbol !== 'ETH/USDT') stop();
  }
  await eventually(() => received.length >= 3);
  expect(new Set(received.map(({ type }) => type))).toEqual(new Set(['next']));
  for (const { payload } of received)
    expect(payload).toMatchObject({ data: { tickerUpdated: { symbol: 'ETH/USDT' } } });
  expect(server.app.counts.subscribers).toBe(1);
});

test('a running stream passes its id to the next operation without ending it', async () => {
  start(live('BTC/USDT'));
  await eventually(() => received.length >= 1);
  received.splice(0);
  stop();
  start(live('ETH/USDT'));
  await eventually(() => received.length >= 3);
  expect(new Set(received.map(({ type }) => type))).toEqual(new Set(['next']));
  expect(received.at(-1)?.payload).toMatchObject({ data: { tickerUpdated: { symbol: 'ETH/USDT' } } });
  expect(server.app.counts.subscribers).toBe(1);
  stop();
  await eventually(() => server.app.counts.subscribers === 0);
});

test('the answer to an abandoned query is never sent as the answer to the next one', async () => {
  start('{ ticker(exchange: "sim", symbol: "BTC/USDT") { symbol } }');
  stop();
  start('{ candles(exchange: "sim", symbol: "ETH/USDT", timeframe: "1h", limit: 1) { closed } }');
  await eventually(() => received.some(({ type }) => type === 'complete'));
  expect(received).toEqual([
    { id: '1', type: 'next', payload: { data: { candles: [{ closed: false }] } } },
    { id: '1', type: 'complete' },
  ]);
});

test('an id is free again after an error and after its end', async () => {
  for (const query of ['{', '{ __typename }', '{ nothing }', '{ __typename }']) {
    start(query);
    const ended = received.length;
    await eventually(() => received.slice(ended).some(({ type }) => type === 'error' || type === 'complete'));
  }
  expect(received.map(({ type }) => type)).toEqual(['error', 'next', 'complete', 'error', 'next', 'complete']);
});
