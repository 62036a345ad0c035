import { startBuiltServer } from './built-server.ts';
import type { LatencyCommand, LatencyReport } from './latency-clients.ts';
import { percentile, start } from './processes.ts';
import type { VenueCommand, VenueReport } from './servers/binance.ts';
import type { RelayReport } from './servers/raw-relay.ts';

// The time from a message of the exchange to the messages of the clients. A stand-in for Binance in its own process,
// whose calls take 300 ms, pushes prices over its stream. The built server with default settings reads them with ccxt;
// a relay with the npm package ws reads and sends the same.

interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

const callMs = 300;
const prices = 60;
const intervalMs = 500;
/** How long the last messages may take, in ms. */
const graceMs = 2000;
/** The first prices are not measured, because code gets compiled. */
const warmUp = 20;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const venue = start<VenueCommand, VenueReport>('./servers/binance', ['1', String(callMs)]);
const { config } = await venue.wait('ready');
const streamUrl = findStreamUrl(config);

async function startRelay(): Promise<Server> {
  const relay = start<never, RelayReport>('./servers/raw-relay', [streamUrl]);
  const { port } = await relay.wait('ready');
  return { port, stop: relay.stop };
}

const servers: readonly { readonly name: string; readonly open: () => Promise<Server> }[] = [
  { name: 'raw ws', open: startRelay },
  { name: 'TickQL', open: () => startBuiltServer({ exchanges: { binance: { ...config } } }) },
];

/** The latencies of all messages in ms, ascending. */
async function measure(server: Server, clients: number): Promise<readonly number[]> {
  const connected = start<LatencyCommand, LatencyReport>('./latency-clients', [server.port, clients].map(String));
  await connected.wait('subscribed');
  const pushedAt = new Map<string, number>();
  for (let count = 1; count <= prices; count++) {
    const last = `${count}.5`;
    venue.send({ type: 'push', last });
    const { at } = await venue.wait('pushed');
    if (count > warmUp) pushedAt.set(last, at);
    await wait(intervalMs);
  }
  await wait(graceMs);
  connected.send({ type: 'arrivals' });
  const { byPrice } = await connected.wait('arrivals');
  await connected.stop();
  const latencies = [...pushedAt].flatMap(([last, at]) =>
    (byPrice[last] ?? []).filter((arrival) => arrival >= at).map((arrival) => arrival - at),
  );
  return latencies.sort((a, b) => a - b);
}

process.stdout.write(
  `\n${prices - warmUp} prices, one every ${intervalMs} ms\n\n| clients | server | p50 | p99 | delivered |\n|---|---|---|---|---|\n`,
);
for (const clients of [1, 2000]) {
  for (const { name, open } of servers) {
    const server = await open();
    const sorted = await measure(server, clients);
    await server.stop();
    const cells = [clients, name, ...[0.5, 0.99].map((share) => `${percentile(sorted, share).toFixed(1)} ms`)];
    cells.push(`${((100 * sorted.length) / ((prices - warmUp) * clients)).toFixed(1)} %`);
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
}
await venue.stop();

function findStreamUrl({ urls }: { readonly urls?: unknown }): string {
  const [, url] = /"spot":"(ws[^"]+)"/.exec(JSON.stringify(urls)) ?? [];
  if (url === undefined) throw new Error('the stand-in has no streams');
  return url;
}
