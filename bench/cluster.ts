import { Agent } from 'node:http';
import { type RedisServer, startRedis } from '../test/support/programs/redis.ts';
import { type BuiltServer, startBuiltServer } from './built-server.ts';
import type { ClusterClientCommand, ClusterClientReport } from './cluster-clients.ts';
import { type RedisUse, readRedisUse, toDifference } from './cluster-redis.ts';
import { post } from './post.ts';
import { type BenchProcess, percentile, start } from './processes.ts';
import type { ClusterVenueCommand, ClusterVenueReport } from './servers/cluster-venue.ts';

// What several instances on one Redis cost: how late a tick of the exchange reaches subscribers of the instance that owns
// the exchange, and of the others, and what Redis and the instances need for it. The exchange answers calls after 150 ms
// and streams ticks. One market moves alone (quiet), then together with all others (busy).

const markets = Number(process.env.MARKETS ?? 100);
/** Sockets of each instance that follow all markets. */
const sockets = Number(process.env.SOCKETS ?? 20);
const seconds = Number(process.env.SECONDS ?? 20);
const counts = (process.env.INSTANCES ?? '1,2,3').split(',').map(Number);
const delayMs = 150;
const everyMs = 1000;
const probeMs = 100;
const warmUpSeconds = 3;
/** How long the last ticks may take, in ms. */
const graceMs = 1000;
/** How many connections to each instance ask for the same at once. */
const askers = 20;

type Clients = BenchProcess<ClusterClientCommand, ClusterClientReport>;

interface Instance {
  readonly server: BuiltServer;
  readonly clients: Clients;
  readonly isOwner: boolean;
}

interface Phase {
  readonly seconds: number;
  readonly deliveries: number;
  /** From the exchange to the subscriber, in ms, ascending. */
  readonly onOwner: readonly number[];
  readonly throughRedis: readonly number[];
  /** How much later each tick reached an instance than the owner, in ms, ascending. */
  readonly hops: readonly number[];
  /** Share of a core. */
  readonly ownerCpu: number;
  readonly otherCpu: number;
  readonly redis: RedisUse | null;
}

const venue = start<ClusterVenueCommand, ClusterVenueReport>('./servers/cluster-venue', [markets, delayMs].map(String));
const { config } = await venue.wait('ready');
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const ascending = (values: readonly number[]): readonly number[] => [...values].sort((a, b) => a - b);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
let price = 1000;

async function countUpstream(): Promise<Extract<ClusterVenueReport, { readonly type: 'count' }>> {
  venue.send({ type: 'count' });
  return venue.wait('count');
}

/** All connections to all instances ask for the same tickers at once. Resolves with the number of calls that caused. */
async function stampede(servers: readonly BuiltServer[]): Promise<number> {
  venue.send({ type: 'reset' });
  await venue.wait('reset');
  const agent = new Agent({ keepAlive: true });
  const symbols = Array.from({ length: markets }, (_, index) => `C${index}/USDT`);
  const query = 'query ($symbols: [String!]!) { tickers(exchange: "binance", symbols: $symbols) { symbol last } }';
  const asked = servers.flatMap(({ port }) =>
    Array.from({ length: askers }, () => post(port, query, { agent, variables: { symbols } })),
  );
  await Promise.all(asked);
  agent.destroy();
  return (await countUpstream()).calls;
}

async function isOwner(server: BuiltServer): Promise<boolean> {
  const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
  return text.includes('tickql_cluster_owner{exchange="binance"} 1');
}

async function connect(servers: readonly BuiltServer[]): Promise<readonly Instance[]> {
  const instances: Instance[] = [];
  for (const server of servers) {
    const args = [server.port, sockets, markets].map(String);
    const clients = start<ClusterClientCommand, ClusterClientReport>('./cluster-clients', args);
    await clients.wait('subscribed');
    instances.push({ server, clients, isOwner: servers.length === 1 || (await isOwner(server)) });
  }
  return instances;
}

async function read({ clients }: Instance): Promise<Extract<ClusterClientReport, { readonly type: 'read' }>> {
  clients.send({ type: 'read' });
  return clients.wait('read');
}

/** Moves the first market for a while. Resolves with when each price was sent. */
async function probe(forSeconds: number): Promise<ReadonlyMap<string, number>> {
  const sent = new Map<string, number>();
  for (const until = Date.now() + forSeconds * 1000; Date.now() < until; ) {
    price += 1;
    venue.send({ type: 'push', last: `${price}.5` });
    sent.set(`${price}.5`, (await venue.wait('pushed')).at);
    await wait(probeMs);
  }
  return sent;
}

async function measure(instances: readonly Instance[], redis: RedisServer | null): Promise<Phase> {
  await probe(warmUpSeconds);
  const readAll = () => Promise.all(instances.map(read));
  const readCpu = () => instances.map(({ server }) => server.cpuMs());
  const [before, cpuBefore, redisBefore] = [await readAll(), readCpu(), await readRedisUse(redis)];
  const startedAt = performance.now();
  const sent = await probe(seconds);
  const elapsedMs = performance.now() - startedAt;
  const [cpuAfter, redisAfter, counted] = [readCpu(), await readRedisUse(redis), await readAll()];
  await wait(graceMs);
  const after = await readAll();
  const cpu = cpuAfter.map((ms, index) => (ms - (cpuBefore[index] ?? 0)) / elapsedMs);
  const latenciesOf = (owner: boolean): readonly number[] =>
    after.flatMap(({ arrivals }, index) =>
      instances[index]?.isOwner === owner
        ? [...sent].flatMap(([last, at]) => (last in arrivals ? [(arrivals[last] ?? 0) - at] : []))
        : [],
    );
  const first = after[instances.findIndex((instance) => instance.isOwner)]?.arrivals ?? {};
  const hops = after.flatMap(({ arrivals }, index) =>
    instances[index]?.isOwner
      ? []
      : [...sent.keys()].flatMap((last) => {
          const [own, other] = [first[last], arrivals[last]];
          return own === undefined || other === undefined ? [] : [other - own];
        }),
  );
  const delivered = counted.map(({ messages }, index) => messages - (before[index]?.messages ?? 0));
  return {
    seconds: elapsedMs / 1000,
    deliveries: delivered.reduce((sum, count) => sum + count, 0),
    onOwner: ascending(latenciesOf(true)),
    throughRedis: ascending(latenciesOf(false)),
    hops: ascending(hops),
    ownerCpu: mean(cpu.filter((_, index) => instances[index]?.isOwner)),
    otherCpu: mean(cpu.filter((_, index) => !instances[index]?.isOwner)),
    redis: redisBefore && redisAfter ? toDifference(redisBefore, redisAfter) : null,
  };
}

function toRow(name: string, count: number, phase: Phase): string {
  const pair = (values: readonly number[]): string =>
    values.length === 0 ? '' : `${percentile(values, 0.5).toFixed(1)} / ${percentile(values, 0.99).toFixed(1)} ms`;
  const share = (value: number): string => (Number.isNaN(value) ? '' : `${(100 * value).toFixed(1)} %`);
  const { redis } = phase;
  const perSecond = (value: number): string => Math.round(value / phase.seconds).toLocaleString('en');
  const ofRedis = redis
    ? [
        perSecond(redis.published),
        `${Math.round(redis.bytesIn / redis.published)} B`,
        share(redis.cpuMs / phase.seconds / 1000),
        `${(redis.memoryBytes / 2 ** 20).toFixed(1)} MB`,
      ]
    : ['', '', '', ''];
  const latencies = [phase.onOwner, phase.throughRedis, phase.hops].map(pair);
  const cells = [count, name, perSecond(phase.deliveries), ...latencies, share(phase.ownerCpu), share(phase.otherCpu)];
  return `| ${[...cells, ...ofRedis].join(' | ')} |\n`;
}

/** What each tick of a market costs, its deliveries included: the CPU of a busy phase beyond that of a quiet one. */
function toTickRow(count: number, quiet: Phase, busy: Phase): string {
  const ticks = (markets * 1000) / everyMs;
  const micros = (share: number): string => (Number.isNaN(share) ? '' : `${Math.round((share / ticks) * 1e6)} µs`);
  const shareOf = ({ redis, seconds: long }: Phase): number => (redis ? redis.cpuMs / long / 1000 : Number.NaN);
  const ofRedis = (shareOf(busy) - shareOf(quiet)) / (count - 1);
  const cells = [busy.ownerCpu - quiet.ownerCpu, busy.otherCpu - quiet.otherCpu, ofRedis].map(micros);
  return `| ${[count, ...cells].join(' | ')} |\n`;
}

const rows: string[] = [];
const ticks: string[] = [];
const calls: string[] = [];
for (const count of counts) {
  const redis = count === 1 ? null : await startRedis();
  const env = { EXCHANGES: 'binance', ...(redis ? { REDIS_URL: redis.url } : {}) };
  const servers = await Promise.all(
    Array.from({ length: count }, () => startBuiltServer({ env, exchanges: { binance: { ...config } } })),
  );
  const asked = await stampede(servers);
  const instances = await connect(servers);
  const quiet = await measure(instances, redis);
  venue.send({ type: 'pace', everyMs });
  const busy = await measure(instances, redis);
  rows.push(toRow('quiet', count, quiet), toRow('busy', count, busy));
  ticks.push(toTickRow(count, quiet, busy));
  venue.send({ type: 'pace', everyMs: null });
  const upstream = await countUpstream();
  calls.push(`| ${[count, asked, upstream.calls, upstream.streams, upstream.sockets].join(' | ')} |\n`);
  await Promise.all(instances.map(({ clients }) => clients.stop()));
  await Promise.all(servers.map((server) => server.stop()));
  await redis?.close();
}
await venue.stop();

process.stdout.write(
  `\n${markets} markets, ${sockets} sockets on each instance that follow all of them. Busy: each market moves once a ` +
    'second. Latencies are p50 / p99.\n\n' +
    '| instances | | deliveries per second | on the owner | through Redis | the hop | CPU of the owner | of another | ' +
    'published per second | bytes each | CPU of Redis | memory of Redis |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n' +
    `${rows.join('')}\nCalls to the exchange: for the same ${markets} tickers that ${askers} clients of each instance want ` +
    'at once, including its list of markets; in all; and the streams at the end.\n\n' +
    `| instances | at once | in all | streams | sockets |\n|---|---|---|---|---|\n${calls.join('')}\n` +
    `CPU for one tick of a market and its ${sockets} deliveries on each instance; of Redis for each other instance.\n\n` +
    `| instances | of the owner | of another | of Redis |\n|---|---|---|---|\n${ticks.join('')}`,
);
