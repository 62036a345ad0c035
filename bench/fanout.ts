import { median, percentile } from './processes.ts';
import { openSession } from './session.ts';

// The cost of sending one tick to many sockets: CPU time of the server per delivered message, latency of messages, and
// memory per socket. Compares a raw broadcast, this server, and graphql-ws as documented, in turn within one run.

const servers = [
  { name: 'raw ws broadcast', file: './servers/raw-ws' },
  { name: 'TickQL', file: './servers/tickql' },
  { name: 'graphql-ws as documented', file: './servers/graphql-ws' },
] as const;

interface Sample {
  readonly microsPerMessage: number;
  readonly p50: number;
  readonly p99: number;
  readonly kilobytesPerSocket: number;
  readonly delivered: number;
}

const sizes = (process.env.SOCKETS ?? '2000,10000').split(',').map(Number);
const rounds = Number(process.env.ROUNDS ?? 3);
const ticks = 10;
/** Long enough for the slowest of the three to send one tick before the next. */
const intervalOf = (sockets: number): number => Math.max(500, sockets / 8);

async function measure(file: string, sockets: number): Promise<Sample> {
  const session = await openSession(file, sockets);
  const intervalMs = intervalOf(sockets);
  // The first ticks are not measured: code gets compiled, and the initial events of the subscriptions arrive.
  await session.run(3, intervalMs);
  session.reset();
  const cpuMicros = await session.run(ticks, intervalMs);
  const sorted = await session.latencies();
  const growth = await session.memoryGrowth();
  await session.stop();
  return {
    microsPerMessage: cpuMicros / (ticks * sockets),
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    kilobytesPerSocket: growth / sockets / 1024,
    delivered: sorted.length / (ticks * sockets),
  };
}

for (const sockets of sizes) {
  const samples = new Map<string, Sample[]>(servers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, file } of servers) samples.get(name)?.push(await measure(file, sockets));
  }
  const middle = (name: string, field: keyof Sample): number =>
    median((samples.get(name) ?? []).map((sample) => sample[field]));
  const floor = (field: keyof Sample): number => middle(servers[0].name, field);
  process.stdout.write(
    `\n${sockets} sockets, ${rounds} rounds of ${ticks} ticks, medians\n\n` +
      '| server | CPU per message | of raw | p50 | p99 | of raw | memory per socket | of raw | delivered |\n' +
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
      `${middle(name, 'kilobytesPerSocket').toFixed(1)} KB`,
      ratio('kilobytesPerSocket'),
      `${(middle(name, 'delivered') * 100).toFixed(1)} %`,
    ];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
}
