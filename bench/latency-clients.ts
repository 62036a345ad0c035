import WebSocket from 'ws';

// A process with many sockets that subscribe to one ticker of the stand-in for Binance. It records when each price
// arrived.

/** A command from the parent process. */
export interface LatencyCommand {
  readonly type: 'arrivals';
}

/** Reports to the parent process. */
export type LatencyReport =
  | { readonly type: 'subscribed' }
  /** By price: when it arrived at each socket, epoch ms with fractions. */
  | { readonly type: 'arrivals'; readonly byPrice: Readonly<Record<string, readonly number[]>> };

const [port = '', count = '0'] = process.argv.slice(2);
const query =
  'subscription { tickerUpdated(exchange: "binance", symbol: "C0/USDT") { symbol last bid ask receivedAt } }';
const lifetimeMs = 120_000;
/** How many handshakes run in parallel. */
const burst = 100;
const byPrice: Record<string, number[]> = {};

const send = (report: LatencyReport): void => {
  process.send?.(report);
};
process.on('message', ({ type }: LatencyCommand) => send({ type, byPrice }));
process.on('disconnect', () => process.exit());
setTimeout(() => process.exit(1), lifetimeMs).unref();

/** Resolves once the first price has arrived. */
function connect(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => {
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      socket.on('message', (data) => {
        const at = performance.timeOrigin + performance.now();
        const [, price] = /"last":([\d.]+)/.exec(String(data)) ?? [];
        if (price === undefined) return reject(new Error(String(data)));
        const arrivals = byPrice[price] ?? [];
        byPrice[price] = arrivals;
        arrivals.push(at);
        resolve();
      });
    });
  });
}

for (let opened = 0; opened < Number(count); opened += burst) {
  await Promise.all(Array.from({ length: Math.min(burst, Number(count) - opened) }, connect));
}
send({ type: 'subscribed' });
