import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { document } from './document.ts';

// A process with many subscribed sockets. It reports how many messages arrived, and how late.

/** Commands from the parent process. */
export type ClientCommand = { readonly type: 'reset' } | { readonly type: 'count' } | { readonly type: 'latencies' };

/** Reports to the parent process. */
export type ClientReport =
  | { readonly type: 'subscribed' }
  | { readonly type: 'count'; readonly messages: number }
  | { readonly type: 'latencies'; readonly sorted: readonly number[] };

const [port = '', count = '0'] = process.argv.slice(2);
const sockets = Number(count);
const lifetimeMs = 300_000;
/** How many handshakes run in parallel. */
const burst = 100;

let messages = 0;
let latencies: number[] = [];
const send = (report: ClientReport): void => {
  process.send?.(report);
};

process.on('message', ({ type }: ClientCommand) => {
  if (type === 'reset') {
    messages = 0;
    latencies = [];
  } else if (type === 'count') send({ type, messages });
  else send({ type, sorted: latencies.sort((a, b) => a - b) });
});
process.on('disconnect', () => process.exit());
setTimeout(() => process.exit(1), lifetimeMs).unref();

const marker = '"receivedAt":';

function connect(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => {
      socket.send(JSON.stringify({ id: randomUUID(), type: 'subscribe', payload: { query: document } }));
      socket.on('message', (data) => {
        const text = String(data);
        const at = text.indexOf(marker) + marker.length;
        messages += 1;
        latencies.push(Date.now() - Number(text.slice(at, at + 13)));
      });
      resolve();
    });
  });
}

for (let opened = 0; opened < sockets; opened += burst) {
  await Promise.all(Array.from({ length: Math.min(burst, sockets - opened) }, connect));
}
send({ type: 'subscribed' });
