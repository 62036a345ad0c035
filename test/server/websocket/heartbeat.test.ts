import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Heartbeat } from '../../../src/server/websocket/heartbeat.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { eventually } from '../../support/socket-client.ts';

const roundMs = 30_000;

let clock: ManualClock;
let heartbeat: Heartbeat;
let server: WebSocketServer;

beforeEach(async () => {
  clock = new ManualClock();
  heartbeat = new Heartbeat(clock);
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    heartbeat.add(socket);
    socket.on('close', () => heartbeat.remove(socket));
  });
  await once(server, 'listening');
});

afterEach(async () => {
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
  // Nothing is left to do once the last socket has closed.
  await eventually(() => clock.pending === 0);
});

/** A client, and how many pings it had. */
async function connect(options: { readonly autoPong: boolean }) {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}`, options);
  const client = { socket, pings: 0 };
  socket.on('ping', () => {
    client.pings += 1;
  });
  await once(socket, 'open');
  await eventually(() => socket.readyState === WebSocket.OPEN);
  return client;
}

test('each socket is pinged every half minute, and cut if it has not answered by the next ping', async () => {
  const alive = [await connect({ autoPong: true }), await connect({ autoPong: true })];
  const unresponsive = await connect({ autoPong: false });
  for (let round = 1; round <= 3; round++) {
    await clock.advance(roundMs);
    await eventually(() => alive.every(({ pings }) => pings === round));
    // The pongs are back before the next round.
    await eventually(() => unresponsive.socket.readyState === WebSocket.CLOSED || round === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(unresponsive.pings).toBe(1);
  expect(alive.map(({ socket }) => socket.readyState)).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
  expect(server.clients.size).toBe(2);
});
