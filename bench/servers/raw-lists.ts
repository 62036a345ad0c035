import { once } from 'node:events';
import { type WebSocket, WebSocketServer } from 'ws';
import { listSymbols } from '../watch-lists.ts';
import { drive } from './driver.ts';

// The baseline of watch lists: sends one message per market and tick to every socket that lists the market. It
// implements only the handshake of the protocol, and begins with one message per market. The arguments are the number of
// markets and the share of them that moves in one tick.

const [count = '0', part = '1'] = process.argv.slice(2);
const symbols = listSymbols(Number(count));
const share = Number(part);
const members = new Map<string, Set<WebSocket>>(symbols.map((symbol) => [symbol, new Set()]));

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (socket) => {
  let wanted: readonly string[] = [];
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data));
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
    if (type !== 'subscribe') return;
    wanted = payload.variables.symbols.map(String);
    for (const symbol of wanted) {
      members.get(symbol)?.add(socket);
      socket.send(toMessage(symbol), { binary: false });
    }
  });
  socket.on('close', () => {
    for (const symbol of wanted) members.get(symbol)?.delete(socket);
  });
});
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');

const id = '00000000-0000-4000-8000-000000000000';
let ticks = 0;
let next = 0;
drive(address.port, () => {
  ticks += 1;
  const listed = symbols.filter((symbol) => members.get(symbol)?.size);
  for (let count = Math.round(share * listed.length); count > 0; count--) {
    next = (next + 1) % listed.length;
    const symbol = listed[next] ?? '';
    const message = toMessage(symbol);
    for (const socket of members.get(symbol) ?? []) socket.send(message, { binary: false });
  }
});

function toMessage(symbol: string): Buffer {
  const now = Date.now();
  const last = 90_000 + ticks / 100;
  const tickersUpdated = {
    symbol,
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
  return Buffer.from(JSON.stringify({ id, type: 'next', payload: { data: { tickersUpdated } } }));
}
