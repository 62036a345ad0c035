import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { drive } from './driver.ts';
import { toTickerPayload } from './ticker-payload.ts';

// The baseline: sends one prepared message per tick to every socket. It implements only the handshake of the protocol.

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    if (String(data).includes('connection_init')) socket.send('{"type":"connection_ack"}');
  });
});
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');

const id = '00000000-0000-4000-8000-000000000000';
let ticks = 0;
drive(address.port, () => {
  ticks += 1;
  const message = Buffer.from(`{"id":"${id}","type":"next","payload":${toTickerPayload(ticks)}}`);
  for (const socket of server.clients) socket.send(message, { binary: false });
});
