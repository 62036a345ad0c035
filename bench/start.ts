import { Agent } from 'node:http';
import { type BuiltServer, startBuiltServer } from './built-server.ts';
import { post } from './post.ts';
import { median, start } from './processes.ts';
import type { VenueCommand, VenueReport } from './servers/binance.ts';

// How soon after its start the built server answers, how much memory it uses, and how long loading an exchange delays
// answers to other requests.

const rounds = Number(process.env.ROUNDS ?? 7);
const megabyte = 1024 * 1024;

interface Start {
  readonly readyMs: number;
  readonly answeredMs: number;
  readonly megabytes: number;
}

interface Load {
  /** The longest time to answer other requests before the exchange was loaded, and while it was loading, in ms. */
  readonly before: number;
  readonly during: number;
  /** Time until the first answer from the exchange, in ms. */
  readonly loadedMs: number;
  readonly megabytes: number;
}

async function measureStart(): Promise<Start> {
  const server = await startBuiltServer();
  const agent = new Agent();
  await post(server.port, '{ ticker(exchange: "sim", symbol: "BTC/USDT") { last } }', { agent });
  const answeredMs = performance.now() - server.startedAt;
  const megabytes = server.rss() / megabyte;
  await server.stop();
  return { readyMs: server.readyMs, answeredMs, megabytes };
}

/** Sends a small query every few ms on its own connection. The returned function stops it and resolves with the longest time, in ms. */
function probe({ port }: BuiltServer): () => Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let isOver = false;
  const longest = (async () => {
    let max = 0;
    while (!isOver) {
      const startedAt = performance.now();
      await post(port, '{ exchange(id: "sim") { id } }', { agent });
      max = Math.max(max, performance.now() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    agent.destroy();
    return max;
  })();
  return () => {
    isOver = true;
    return longest;
  };
}

async function measureLoad(markets: number): Promise<Load> {
  const venue = start<VenueCommand, VenueReport>('./servers/binance', [String(markets)]);
  const { config } = await venue.wait('ready');
  const server = await startBuiltServer({ exchanges: { binance: { ...config, enableRateLimit: false } } });
  const agent = new Agent();
  // Warm-up: the first answers are always slow.
  const warmUp = probe(server);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await warmUp();
  const idle = probe(server);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = await idle();

  const others = probe(server);
  const startedAt = performance.now();
  await post(server.port, '{ ticker(exchange: "binance", symbol: "C1/USDT") { last } }', { agent });
  const loadedMs = performance.now() - startedAt;
  const during = await others();
  const megabytes = server.rss() / megabyte;
  await server.stop();
  await venue.stop();
  return { before, during, loadedMs, megabytes };
}

async function repeat<T>(measure: () => Promise<T>): Promise<readonly T[]> {
  const samples: T[] = [];
  for (let round = 0; round < rounds; round++) samples.push(await measure());
  return samples;
}

function toCells(values: readonly number[], unit: string): string {
  return [median(values), Math.min(...values), Math.max(...values)]
    .map((value) => ` ${value.toFixed(0)} ${unit} |`)
    .join('');
}

// The first start is not measured, because it reads the files from the disk.
await measureStart();
const starts = await repeat(measureStart);
process.stdout.write(
  `\n${rounds} starts\n\n| | median | min | max |\n|---|---|---|---|\n` +
    `| until ready |${toCells(
      starts.map(({ readyMs }) => readyMs),
      'ms',
    )}\n` +
    `| until the first answer |${toCells(
      starts.map(({ answeredMs }) => answeredMs),
      'ms',
    )}\n` +
    `| memory, sim loaded |${toCells(
      starts.map(({ megabytes }) => megabytes),
      'MB',
    )}\n`,
);
/** The number of markets of the tests' stand-in, and roughly that of Binance's spot markets. */
for (const markets of [32, 1500]) {
  const loads = await repeat(() => measureLoad(markets));
  process.stdout.write(
    `\nbinance with ${markets} markets, ${rounds} starts\n\n| | median | min | max |\n|---|---|---|---|\n` +
      `| until the first answer that needs it |${toCells(
        loads.map(({ loadedMs }) => loadedMs),
        'ms',
      )}\n` +
      `| longest answer to others during loading |${toCells(
        loads.map(({ during }) => during),
        'ms',
      )}\n` +
      `| longest answer to others before loading |${toCells(
        loads.map(({ before }) => before),
        'ms',
      )}\n` +
      `| memory |${toCells(
        loads.map(({ megabytes }) => megabytes),
        'MB',
      )}\n`,
  );
}
const answered = median(starts.map(({ answeredMs }) => answeredMs));
const memory = median(starts.map(({ megabytes }) => megabytes));
process.stdout.write(
  `\nfirst answer after ${answered.toFixed(0)} ms (at most 1,000 ms: ${verdict(answered <= 1000)}; goal 800 ms: ${verdict(answered <= 800)})\n` +
    `memory with sim loaded ${memory.toFixed(0)} MB (at most 130 MB: ${verdict(memory <= 130)})\n`,
);

function verdict(isMet: boolean): string {
  return isMet ? 'met' : 'MISSED';
}
