import { median, percentile, start } from './processes.ts';
import { openSession } from './session.ts';
import type { StalledReport } from './stalled-client.ts';

// The effect of one client that stops reading on 2,000 others and on the server's memory, with and without it.

interface Sample {
  readonly p50: number;
  readonly p99: number;
  readonly megabytes: number;
  readonly delivered: number;
}

const sockets = Number(process.env.SOCKETS ?? 2000);
const rounds = Number(process.env.ROUNDS ?? 3);
const ticks = 20;
const intervalMs = 400;
/** Enough ticks, with 40 × 20 KB each, to fill the kernel's buffers of a socket: 30 MB in all. */
const fillingTicks = 40;

async function measure(isStalled: boolean): Promise<Sample> {
  const session = await openSession('./servers/tickql', sockets);
  const client = isStalled ? start<never, StalledReport>('./stalled-client', [String(session.port)]) : null;
  await client?.wait('stalled');
  await session.run(fillingTicks, intervalMs);
  session.reset();
  await session.run(ticks, intervalMs);
  const sorted = await session.latencies();
  const growth = await session.memoryGrowth();
  await client?.stop();
  await session.stop();
  return {
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    megabytes: growth / 1024 / 1024,
    delivered: sorted.length / (ticks * sockets),
  };
}

const samples = { without: [] as Sample[], with: [] as Sample[] };
for (let round = 0; round < rounds; round++) {
  samples.without.push(await measure(false));
  samples.with.push(await measure(true));
}
process.stdout.write(
  `\n${sockets} sockets, ${rounds} rounds of ${ticks} ticks, medians\n\n` +
    '| stalled client | p50 of the others | p99 of the others | memory growth | delivered to the others |\n' +
    '|---|---|---|---|---|\n',
);
for (const [name, list] of Object.entries(samples)) {
  const middle = (field: keyof Sample): number => median(list.map((sample) => sample[field]));
  const cells = [
    name === 'with' ? 'one' : 'none',
    `${middle('p50')} ms`,
    `${middle('p99')} ms`,
    `${middle('megabytes').toFixed(1)} MB`,
    `${(middle('delivered') * 100).toFixed(1)} %`,
  ];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
