import { parseArgs } from 'node:util';
import type { Measurement } from '../support/server/measured-process.ts';
import { startServer } from '../support/server.ts';
import type { Tally, Timed } from './findings.ts';
import { type FloodReport, playFlood } from './flood.ts';
import { runFuzz } from './run.ts';

// npm run fuzz: documents and frame sequences, made from a seed, against the real server; then a flood of documents.

/** How much more the server may hold at the end than after half of the cases, in bytes. */
const mostGrown = 20 * 1024 * 1024;

/** How much more the process may hold while documents that come once flood it, garbage included, in bytes. */
const mostFlooded = 200 * 1024 * 1024;

/** How many findings of a kind are printed. */
const mostPrinted = 10;

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

function printTally(kind: string, { cases, findings, outcomes, slowest, blocks }: Tally): void {
  print(`\n${kind}: ${cases} played, ${findings.length} findings`);
  print([...outcomes].map(([name, count]) => `  ${count} ${name}`).join('\n'));
  print(`  slowest:\n${list(slowest)}`);
  if (blocks.length > 0) print(`  of those played alone, what blocked the event loop longest:\n${list(blocks)}`);
  for (const { what, name, number, sent } of findings.slice(0, mostPrinted)) {
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
  const { before, afterDocuments, withSubscriptions, after, mostGrown, subscriptions } = report;
  print(`\nflood: ${count} documents that come once over HTTP, as many over WebSockets, then large subscriptions`);
  print(`  heap ${[before, afterDocuments, withSubscriptions, after].map(({ heap }) => megabytes(heap)).join(', ')}`);
  print(`  large subscriptions: ${[...subscriptions].map(([code, times]) => `${times} ${code}`).join(', ')}`);
  print(
    `  the process held up to ${megabytes(mostGrown)} more than at first; it may hold ${megabytes(mostFlooded)} more`,
  );
}

print(`seed ${seed}`);
const report = await runFuzz({
  seed,
  from: Number(values.from),
  documents: Number(values.documents),
  sequences: Number(values.sequences),
  onProgress: printProgress,
});
printTally('documents', report.documents);
printTally('sequences', report.sequences);

const floodCount = Number(values.flood);
const flooded = await flood(floodCount);
printFlood(floodCount, flooded);

const { before, half, after, leftovers, failures } = report;
const grown = after.heap - half.heap;
print('\nheap at rest, with nobody connected:');
print(`  ${megabytes(before.heap)} at first, ${megabytes(half.heap)} after half of the cases, which fill the caches`);
print(`  ${megabytes(after.heap)} at the end; in the second half it may grow by ${megabytes(mostGrown)}`);
print(`longest block of the event loop, with all that was under way: ${report.longestBlockMs.toFixed(0)} ms`);
print(`left over: ${leftovers.join(', ') || 'nothing'}`);
print(`errors in the log: ${failures.length}`);
for (const line of failures.slice(0, mostPrinted)) print(`  ${line.slice(0, 500)}`);

const problems = [
  ...(report.documents.findings.length + report.sequences.findings.length > 0 ? ['findings'] : []),
  ...(failures.length > 0 ? ['errors in the log'] : []),
  ...(leftovers.length > 0 ? ['something is left over'] : []),
  ...(flooded.mostGrown > mostFlooded ? [`a flood takes ${megabytes(flooded.mostGrown)}`] : []),
  ...(grown > mostGrown ? [`the heap has grown by ${megabytes(grown)}`] : []),
];
print(problems.length === 0 ? '\nPASSED' : `\nFAILED: ${problems.join('; ')}`);
if (problems.length > 0) process.exitCode = 1;
