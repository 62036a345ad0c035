import { setTimeout } from 'node:timers/promises';
import { median, start } from './processes.ts';
import { candles, type RequestKind } from './requests.ts';
import type { QueryCommand, QueryReport } from './servers/query-driver.ts';

// How long a query for many candles, all in memory, blocks this server.

interface Sample {
  /** The longest block of the event loop, in ms: by the first request of the process, and by the later ones. */
  readonly first: number;
  readonly later: number;
  /** The longest time until the answer arrived, in ms. */
  readonly latency: number;
}

const rounds = Number(process.env.ROUNDS ?? 5);
const sizes = [5000, 10_000];
const requests = 20;
const goal = { size: 5000, ms: 20 };

async function measure(kind: RequestKind, limit: number): Promise<Sample> {
  const server = start<QueryCommand, QueryReport>('./servers/query-tickql');
  const { port } = await server.wait('ready');
  let sent = 0;

  async function ask(): Promise<{ readonly block: number; readonly latency: number }> {
    server.send({ type: 'watch' });
    await server.wait('watching');
    // The first tick of the server's timer only sets the starting point.
    await setTimeout(10);
    const startedAt = performance.now();
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: kind.body(sent++),
    });
    const text = await response.text();
    const latency = performance.now() - startedAt;
    server.send({ type: 'unwatch' });
    const { longestBlockMs } = await server.wait('unwatched');
    const { data } = JSON.parse(text);
    if (data?.candles?.length !== limit) throw new Error(`no ${limit} candles: ${text.slice(0, 500)}`);
    return { block: longestBlockMs, latency };
  }

  const first = await ask();
  // Warm-up: code gets compiled, and the data for the later requests are fetched.
  for (let warmUp = 0; warmUp < requests; warmUp++) await ask();
  let later = { block: 0, latency: 0 };
  for (let each = 0; each < requests; each++) {
    const { block, latency } = await ask();
    later = { block: Math.max(later.block, block), latency: Math.max(later.latency, latency) };
  }
  await server.stop();
  return { first: first.block, later: later.block, latency: later.latency };
}

process.stdout.write(
  `\n${rounds} processes per size, ${requests} requests with different variables each; medians of the longest of each process\n\n` +
    '| candles | event loop blocked | by the first request of the process | answered after |\n|---|---|---|---|\n',
);
for (const limit of sizes) {
  const kind = candles(`${limit} candles`, limit);
  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round++) samples.push(await measure(kind, limit));
  const middle = (field: keyof Sample): string => `${median(samples.map((sample) => sample[field])).toFixed(1)} ms`;
  const verdict =
    limit !== goal.size
      ? ''
      : ` (goal ${goal.ms} ms: ${Number.parseFloat(middle('later')) <= goal.ms ? 'met' : 'MISSED'})`;
  const count = limit.toLocaleString('en');
  process.stdout.write(`| ${count} | ${middle('later')}${verdict} | ${middle('first')} | ${middle('latency')} |\n`);
}
