import { createConnection, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningApp, startApp } from '../support/running-app.ts';
import { eventually } from '../support/socket-client.ts';

let running: RunningApp;
let sockets: Socket[];

beforeEach(async () => {
  running = await startApp({ exchanges: ['sim'] });
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

test('requests that were sent ahead are answered in their order', async () => {
  const { socket, text } = dial();
  const names = Array.from({ length: 50 }, (_, index) => `a${index}`);
  socket.write(names.map((name) => ask(`{ ${name}: __typename }`)).join(''));
  await eventually(() => (text().match(/HTTP\/1\.1 200/g) ?? []).length === names.length);
  expect([...text().matchAll(/"(a\d+)":/g)].map(([, name]) => name)).toEqual(names);
});

test('one waits while another is under way, and is forgotten with its connection', async () => {
  const { socket, text } = dial();
  socket.write(live + ask('{ __typename }').repeat(20));
  await eventually(() => text().includes('event: next'));
  expect(running.app.stillOpen.requests).toBe(1);
  socket.destroy();
  await eventually(() => running.app.stillOpen.requests === 0);
});

test('whoever sends very many ahead is cut', async () => {
  const { socket, text } = dial();
  socket.write(live);
  await eventually(() => text().includes('event: next'));
  socket.write(ask('{ __typename }').repeat(101));
  await eventually(() => socket.destroyed);
  await eventually(() => running.app.stillOpen.requests === 0);
});
