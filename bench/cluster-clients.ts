import WebSocket from 'ws';

// A process with sockets to one instance. The first follows one market and records when each price arrives; the others
// each follow all other markets, and their messages are counted.

/** A command from the parent process. */
export interface ClusterClientCommand {
  readonly type: 'read';
}

/** Reports to the parent process. */
export type ClusterClientReport =
  | { readonly type: 'subscribed' }
  /** The messages so far, and when each price of the first market arrived, epoch ms with fractions. */
  | { readonly type: 'read'; readonly messages: number; readonly arrivals: Readonly<Record<string, number>> };

const [port = '', sockets = '0', markets = '0'] = process.argv.slice(2);
const lifetimeMs = 900_000;
/** How many handshakes run in parallel. */
const burst = 50;

const fields = 'symbol last bid ask receivedAt';
const probe = `subscription { tickerUpdated(exchange: "binance", symbol: "C0/USDT") { ${fields} } }`;
const symbols = Array.from({ length: Number(markets) - 1 }, (_, index) => `C${index + 1}/USDT`);
const all = `subscription { tickersUpdated(exchange: "binance", symbols: ${JSON.stringify(symbols)}) { ${fields} } }`;

let messages = 0;
const arrivals: Record<string, number> = {};

/** Resolves once `count` messages have arrived. */
function follow(query: string, count: number, onText: (data: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    let received = 0;
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => {
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      socket.on('message', (data: Buffer) => {
        if (data.includes('"errors"')) reject(new Error(String(data)));
        received += 1;
        onText(data);
        if (received === count) resolve();
      });
    });
  });
}

function send(report: ClusterClientReport): void {
  process.send?.(report);
}

process.on('message', ({ type }: ClusterClientCommand) => send({ type, messages, arrivals }));
process.on('disconnect', () => process.exit());
setTimeout(() => process.exit(1), lifetimeMs).unref();

await follow(probe, 1, (data) => {
  const at = performance.timeOrigin + performance.now();
  const [, price = ''] = /"last":([\d.]+)/.exec(String(data)) ?? [];
  arrivals[price] ??= at;
});
const count = (): void => {
  messages += 1;
};
for (let opened = 0; opened < Number(sockets); opened += burst) {
  const length = Math.min(burst, Number(sockets) - opened);
  await Promise.all(Array.from({ length }, () => follow(all, symbols.length, count)));
}
send({ type: 'subscribed' });
