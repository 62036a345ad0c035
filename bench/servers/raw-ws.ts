import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { drive } from './driver.ts';

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
  const now = Date.now();
  const last = 90_000 + ticks / 100;
  const tickerUpdated = {
    symbol: 'BTC/USDT',
    receivedAt: now,
    datetime: new Date(now).toISOString(),
    last,
    bid: last - 0.01,
    bidVolume: 1.25,
    ask: last + 0.01,
    askVolume: 0.75,
    open: 89_500.25,
    high: 91_000.5,
    low: 88_750.75,
    percentage: 0.56,
    baseVolume: 12_345.678,
    quoteVolume: 1_111_111_111.11,
    source: 'STREAM',
    stale: false,
  };
  const message = Buffer.from(JSON.stringify({ id, type: 'next', payload: { data: { tickerUpdated } } }));
  for (const socket of server.clients) socket.send(message, { binary: false });
});
