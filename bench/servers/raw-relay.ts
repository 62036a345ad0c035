import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';

// The baseline of latency: reads a ticker stream of the stand-in for Binance and sends each price to every socket. It
// implements only the handshake of the protocol. The argument is the address of the stand-in's streams.

/** A report to the parent process. */
export interface RelayReport {
  readonly type: 'ready';
  readonly port: number;
}

const lifetimeMs = 120_000;
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
let latest = toMessage({ c: '0', b: '0', a: '0' });
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    if (String(data).includes('connection_init')) socket.send('{"type":"connection_ack"}');
    else socket.send(latest, { binary: false });
  });
});
const upstream = new WebSocket(process.argv[2] ?? '', { perMessageDeflate: false });
await Promise.all([once(server, 'listening'), once(upstream, 'open')]);
upstream.send(JSON.stringify({ method: 'SUBSCRIBE', params: ['c0usdt@ticker'], id: 1 }));
upstream.on('message', (data) => {
  const ticker = JSON.parse(String(data));
  if (ticker.c === undefined) return;
  latest = toMessage(ticker);
  for (const socket of server.clients) socket.send(latest, { binary: false });
});
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
process.on('disconnect', () => process.exit());
setTimeout(() => process.exit(1), lifetimeMs).unref();
process.send?.({ type: 'ready', port: address.port } satisfies RelayReport);

function toMessage({ c, b, a }: { readonly c: string; readonly b: string; readonly a: string }): Buffer {
  const tickerUpdated = { symbol: 'C0/USDT', last: Number(c), bid: Number(b), ask: Number(a), receivedAt: Date.now() };
  return Buffer.from(JSON.stringify({ type: 'next', payload: { data: { tickerUpdated } }, id: '1' }));
}
