import { connectBy } from './connect.ts';

// A process with many subscribed clients. It reports how many messages arrived, and how late.

/** Commands from the parent process. */
export type ClientCommand = { readonly type: 'reset' } | { readonly type: 'count' } | { readonly type: 'latencies' };

/** Reports to the parent process. */
export type ClientReport =
  | { readonly type: 'subscribed' }
  | { readonly type: 'count'; readonly messages: number }
  | { readonly type: 'latencies'; readonly sorted: readonly number[] };

const [port = '', count = '0', transport = 'websocket'] = process.argv.slice(2);
const connect = transport === 'sse' ? connectBy.sse : connectBy.websocket;
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

/** Counts the messages in a text. Texts of event streams can have several, and comments between them. */
function read(text: string): void {
  for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + 1)) {
    const begin = at + marker.length;
    messages += 1;
    latencies.push(Date.now() - Number(text.slice(begin, begin + 13)));
  }
}

for (let opened = 0; opened < sockets; opened += burst) {
  await Promise.all(Array.from({ length: Math.min(burst, sockets - opened) }, () => connect(port, read)));
}
send({ type: 'subscribed' });
