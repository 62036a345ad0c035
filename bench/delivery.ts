import type { Transport } from './connect.ts';
import { median, percentile } from './processes.ts';
import { openSession } from './session.ts';

// What it costs a server to send ticks to many clients.

/** A server of a delivery bench. */
export interface DeliveryServer {
  readonly name: string;
  readonly file: string;
  readonly transport?: Transport;
}

interface Sample {
  readonly microsPerMessage: number;
  readonly p50: number;
  readonly p99: number;
  readonly kilobytesPerClient: number;
  readonly delivered: number;
}

export interface DeliveryOptions {
  /** Compared in turn within one run; the ratios are to the first. */
  readonly servers: readonly [DeliveryServer, ...DeliveryServer[]];
  readonly clients: number;
  readonly rounds: number;
  /** What the table calls a client, and the first server. */
  readonly words: { readonly client: string; readonly peer: string };
}

const ticks = 10;
/** Long enough for the slowest server to send one tick before the next. */
const intervalOf = (clients: number): number => Math.max(500, clients / 8);

/** Measures CPU time per delivered message, latency of messages, and memory per client, and writes a table. */
export async function compareDelivery({ servers, clients, rounds, words }: DeliveryOptions): Promise<void> {
  const samples = new Map<string, Sample[]>(servers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const server of servers) samples.get(server.name)?.push(await measure(server, clients));
  }
  const middle = (name: string, field: keyof Sample): number =>
    median((samples.get(name) ?? []).map((sample) => sample[field]));
  const floor = (field: keyof Sample): number => middle(servers[0].name, field);
  const { client, peer } = words;
  process.stdout.write(
    `\n${clients} ${client}s, ${rounds} rounds of ${ticks} ticks, medians\n\n` +
      `| server | CPU per message | of ${peer} | p50 | p99 | of ${peer} | memory per ${client} | of ${peer} | delivered |\n` +
      '|---|---|---|---|---|---|---|---|---|\n',
  );
  for (const { name } of servers) {
    const ratio = (field: keyof Sample): string => `${(middle(name, field) / floor(field)).toFixed(2)} ×`;
    const cells = [
      name,
      `${middle(name, 'microsPerMessage').toFixed(1)} µs`,
      ratio('microsPerMessage'),
      `${middle(name, 'p50')} ms`,
      `${middle(name, 'p99')} ms`,
      ratio('p99'),
      `${middle(name, 'kilobytesPerClient').toFixed(1)} KB`,
      ratio('kilobytesPerClient'),
      `${(middle(name, 'delivered') * 100).toFixed(1)} %`,
    ];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
}

async function measure({ file, transport = 'websocket' }: DeliveryServer, clients: number): Promise<Sample> {
  const session = await openSession(file, clients, transport);
  const intervalMs = intervalOf(clients);
  // The first ticks are not measured: code gets compiled, and the initial events of the subscriptions arrive.
  await session.run(3, intervalMs);
  session.reset();
  const cpuMicros = await session.run(ticks, intervalMs);
  const sorted = await session.latencies();
  const growth = await session.memoryGrowth();
  await session.stop();
  return {
    microsPerMessage: cpuMicros / (ticks * clients),
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    kilobytesPerClient: growth / clients / 1024,
    delivered: sorted.length / (ticks * clients),
  };
}
