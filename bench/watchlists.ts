import type { ListClientCommand, ListClientReport } from './list-clients.ts';
import { median, start } from './processes.ts';
import type { Command, Report } from './servers/driver.ts';

// The cost of watch lists: each client lists markets of its own. CPU time of the server per delivered message, and
// memory per client, compared with the same number of clients that share one list, and with the npm package ws, in turn
// within one run.

interface Size {
  readonly clients: number;
  readonly markets: number;
  /** Number of markets in a list. */
  readonly listed: number;
}

interface Sample {
  readonly microsPerMessage: number;
  /** Growth of the server's memory since before its clients connected, in bytes. */
  readonly growth: number;
}

const servers = [
  { name: 'raw ws, a list each', file: './servers/raw-lists', lists: 'distinct' },
  { name: 'TickQL, one shared list', file: './servers/tickql', lists: 'shared' },
  { name: 'TickQL, a list each', file: './servers/tickql', lists: 'distinct' },
] as const;

const shared = servers[1];

const sizes: readonly Size[] = [
  { clients: 100, markets: 100, listed: 50 },
  { clients: 200, markets: 100, listed: 50 },
  { clients: 1000, markets: 100, listed: 50 },
  { clients: 5000, markets: 100, listed: 50 },
  { clients: 1000, markets: 1500, listed: 50 },
  // The most symbols that one subscription can list.
  { clients: 200, markets: 1500, listed: 1000 },
];

/** How many markets of each client move in one tick. */
const movedPerClient = 50;
const rounds = Number(process.env.ROUNDS ?? 1);
/** About as many messages are measured, whatever the number of clients. */
const messagesPerSample = 100_000;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function measure(file: string, lists: string, { clients, markets, listed }: Size): Promise<Sample> {
  const server = start<Command, Report>(file, [markets, movedPerClient / listed].map(String));
  const { port } = await server.wait('ready');

  async function connect(count: number) {
    const args = [port, count, markets, listed, lists].map(String);
    const connected = start<ListClientCommand, ListClientReport>('./list-clients', args);
    await connected.wait('subscribed');
    return connected;
  }

  async function memory(): Promise<number> {
    server.send({ type: 'memory' });
    return (await server.wait('memory')).rss;
  }

  // The first ticks and sockets are not measured: code is loaded and compiled for them.
  const warmUp = await connect(100);
  server.send({ type: 'begin', ticks: 30, intervalMs: 50 });
  await server.wait('ticked');
  await warmUp.stop();
  const before = await memory();
  const connected = await connect(clients);

  /** Resolves once no further message arrives. */
  async function settled(): Promise<number> {
    for (let last = -1; ; await wait(300)) {
      connected.send({ type: 'count' });
      const { messages } = await connected.wait('count');
      if (messages === last) return messages;
      last = messages;
    }
  }

  const perTick = clients * movedPerClient;
  const ticks = Math.max(3, Math.ceil(messagesPerSample / perTick));
  const first = await settled();
  const growth = (await memory()) - before;
  server.send({ type: 'begin', ticks, intervalMs: Math.max(20, perTick / 30) });
  await server.wait('ticked');
  const received = (await settled()) - first;
  server.send({ type: 'end' });
  const { cpuMicros } = await server.wait('ended');
  await Promise.all([connected.stop(), server.stop()]);
  return { microsPerMessage: cpuMicros / received, growth };
}

process.stdout.write(
  `\n${rounds} rounds, medians; each tick moves ${movedPerClient} markets of each client\n\n` +
    '| clients | markets | of them listed | server | CPU per message | of raw | of a shared list | memory per client | more than a shared list, per market |\n' +
    '|---|---|---|---|---|---|---|---|---|\n',
);
for (const size of sizes) {
  const samples = new Map<string, Sample[]>(servers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, file, lists } of servers) samples.get(name)?.push(await measure(file, lists, size));
  }
  const middle = (name: string, field: keyof Sample): number =>
    median((samples.get(name) ?? []).map((sample) => sample[field]));
  for (const { name } of servers) {
    const micros = middle(name, 'microsPerMessage');
    const more = (middle(name, 'growth') - middle(shared.name, 'growth')) / (size.clients * size.listed);
    const cells = [
      size.clients,
      size.markets,
      size.listed,
      name,
      `${micros.toFixed(1)} µs`,
      `${(micros / middle(servers[0].name, 'microsPerMessage')).toFixed(2)} ×`,
      `${(micros / middle(shared.name, 'microsPerMessage')).toFixed(2)} ×`,
      `${(middle(name, 'growth') / size.clients / 1024).toFixed(1)} KB`,
      name === servers[2].name ? `${more.toFixed(0)} B` : '',
    ];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
}
