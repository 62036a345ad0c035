import { parseArgs } from 'node:util';
import type { Measurement } from '../support/server/measured-process.ts';
import { startServer } from '../support/server.ts';
import type { Summary, Timed } from './findings.ts';
import { type FloodReport, playFlood } from './flood.ts';
import { runFuzz } from './run.ts';

// npm run fuzz: sends documents and frame sequences, generated from a seed, to the real server; then a flood of documents.

/** How much the heap may grow in the second half of the cases, in bytes. */
const maxGrowth = 20 * 1024 * 1024;

/** How much the process may grow during the flood, including garbage, in bytes. */
const maxFloodGrowth = 200 * 1024 * 1024;

/** How many findings of a kind are printed. */
const maxPrinted = 10;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    from: { type: 'string', default: '0' },
    documents: { type: 'string', default: '10000' },
    sequences: { type: 'string', default: '10000' },
    flood: { type: 'string', default: '60000' },
  },
});
const seed = Number(values.seed);

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

const list = (cases: readonly Timed[]): string =>
  cases.map(({ name, number, ms }) => `    ${ms.toFixed(0)} ms: number ${number} (${name})`).join('\n');

function printSummary(kind: string, { cases, findings, outcomes, slowest, blocks }: Summary): void {
  print(`\n${kind}: ${cases} played, ${findings.length} findings`);
  print([...outcomes].map(([name, count]) => `  ${count} ${name}`).join('\n'));
  print(`  slowest:\n${list(slowest)}`);
  if (blocks.length > 0) print(`  of those played alone, the longest blocks of the event loop:\n${list(blocks)}`);
  for (const { what, name, number, sent } of findings.slice(0, maxPrinted)) {
    print(`\n  --seed ${seed} --from ${number} --${kind} 1 (${name})\n  ${what}\n  ${sent}`);
  }
}

function printProgress(kind: string, done: number, { heap, rss, longestBlockMs }: Measurement): void {
  const block = `${longestBlockMs.toFixed(0)} ms`;
  print(`${done} ${kind}: heap ${megabytes(heap)}, resident ${megabytes(rss)}, longest block since ${block}`);
}

async function flood(documents: number): Promise<FloodReport> {
  const app = await startServer({ measured: { exchanges: ['sim'] } });
  try {
    return await playFlood(app, { documents, subscriptions: Math.ceil(documents / 100) });
  } finally {
    await app.stop();
  }
}

function printFlood(count: number, report: FloodReport): void {
  const { before, afterDocuments, withSubscriptions, after, maxGrowth, subscriptions } = report;
  print(`\nflood: ${count} documents that are sent once over HTTP, as many over WebSockets, then large subscriptions`);
  print(`  heap ${[before, afterDocuments, withSubscriptions, after].map(({ heap }) => megabytes(heap)).join(', ')}`);
  print(`  large subscriptions: ${[...subscriptions].map(([code, times]) => `${times} ${code}`).join(', ')}`);
  print(`  the process grew by up to ${megabytes(maxGrowth)}; the limit is ${megabytes(maxFloodGrowth)}`);
}

print(`seed ${seed}`);
const report = await runFuzz({
  seed,
  from: Number(values.from),
  documents: Number(values.documents),
  sequences: Number(values.sequences),
  onProgress: printProgress,
});
printSummary('documents', report.documents);
printSummary('sequences', report.sequences);

const floodCount = Number(values.flood);
const flooded = await flood(floodCount);
printFlood(floodCount, flooded);

const { before, half, after, leftovers, failures } = report;
const grown = after.heap - half.heap;
print('\nheap without any connection:');
print(
  `  ${megabytes(before.heap)} at the start, ${megabytes(half.heap)} after half of the cases, which fill the caches`,
);
print(`  ${megabytes(after.heap)} at the end; the limit for growth in the second half is ${megabytes(maxGrowth)}`);
print(`longest block of the event loop, with everything running: ${report.longestBlockMs.toFixed(0)} ms`);
print(`left over: ${leftovers.join(', ') || 'nothing'}`);
print(`errors in the log: ${failures.length}`);
for (const line of failures.slice(0, maxPrinted)) print(`  ${line.slice(0, 500)}`);

const problems = [
  ...(report.documents.findings.length + report.sequences.findings.length > 0 ? ['findings'] : []),
  ...(failures.length > 0 ? ['errors in the log'] : []),
  ...(leftovers.length > 0 ? ['leftovers'] : []),
  ...(flooded.maxGrowth > maxFloodGrowth ? [`the process grew by ${megabytes(flooded.maxGrowth)}`] : []),
  ...(grown > maxGrowth ? [`the heap has grown by ${megabytes(grown)}`] : []),
];
print(problems.length === 0 ? '\nPASSED' : `\nFAILED: ${problems.join('; ')}`);
if (problems.length > 0) process.exitCode = 1;
