import { once } from 'node:events';
import WebSocket from 'ws';

// A process with one client that opens many subscriptions with large events and then stops reading.

/** The report to the parent process. */
export interface StalledReport {
  readonly type: 'stalled';
}

const [port = ''] = process.argv.slice(2);
const operations = 40;
const lifetimeMs = 300_000;

/** Each event has about 20 KB. */
const aliases = Array.from({ length: 500 }, (_, index) => `field${index}: datetime`).join(' ');
const query = `subscription { tickerUpdated(exchange: "bench", symbol: "BTC/USDT") { ${aliases} } }`;

process.on('disconnect', () => process.exit());
setTimeout(() => process.exit(1), lifetimeMs).unref();

const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
await once(socket, 'open');
socket.send('{"type":"connection_init"}');
await once(socket, 'message');
for (let id = 0; id < operations; id++) {
  socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query } }));
}
await once(socket, 'message');
socket.pause();
process.send?.({ type: 'stalled' } satisfies StalledReport);
