import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import { listDocument, toList } from './watch-lists.ts';

// A process with many sockets that each subscribe to a watch list. It reports how many messages have arrived.

/** A command from the parent process. */
export interface ListClientCommand {
  readonly type: 'count';
}

/** Reports to the parent process. */
export type ListClientReport = { readonly type: 'subscribed' } | { readonly type: 'count'; readonly messages: number };

const [port = '', count = '0', markets = '0', size = '0', distinct = ''] = process.argv.slice(2);
const lifetimeMs = 300_000;
/** How many handshakes run in parallel. */
const burst = 100;

let messages = 0;
const send = (report: ListClientReport): void => {
  process.send?.(report);
};

process.on('message', ({ type }: ListClientCommand) => send({ type, messages }));
process.on('disconnect', () => process.exit());
setTimeout(() => process.exit(1), lifetimeMs).unref();

/** Resolves once the latest ticker of each market has arrived. */
function connect(number: number): Promise<void> {
  const symbols = toList(distinct === 'distinct' ? number : 0, Number(markets), Number(size));
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => {
      const payload = { query: listDocument, variables: { symbols } };
      socket.send(JSON.stringify({ id: randomUUID(), type: 'subscribe', payload }));
      let received = 0;
      socket.on('message', (data: Buffer) => {
        if (!data.includes('"data":{')) reject(new Error(String(data)));
        messages += 1;
        received += 1;
        if (received === symbols.length) resolve();
      });
    });
  });
}

for (let opened = 0; opened < Number(count); opened += burst) {
  const length = Math.min(burst, Number(count) - opened);
  await Promise.all(Array.from({ length }, (_, index) => connect(opened + index)));
}
send({ type: 'subscribed' });
