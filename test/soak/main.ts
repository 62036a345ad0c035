import { parseArgs } from 'node:util';
import type { Measurement } from '../support/server/measured-process.ts';
import { soak } from './run.ts';

// npm run soak: half an hour with clients that connect and disconnect, an exchange that fails in every way, and a slow client.

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '1800' } } });
const seconds = Number(values.seconds);

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

const startedAt = performance.now();
function printRow(when: string, { heap, rss, counts, handles, longestBlockMs }: Measurement): void {
  const at = `${((performance.now() - startedAt) / 1000).toFixed(0)} s`;
  const block = `${longestBlockMs.toFixed(0)} ms`;
  print(`| ${[at, when, megabytes(heap), megabytes(rss), list(counts), list(handles), block].join(' | ')} |`);
}

print('| at | when | heap | resident | live | handles | longest block since |\n|---|---|---|---|---|---|---|');
const report = await soak({ seconds, faultMs: 2000, onMeasured: printRow });
print(`\nclients: ${[...report.sessions].map(([name, count]) => `${count} ${name}`).join(', ')}`);
print(`faults of the exchange: ${report.faults}`);
print(`idle heap: ${megabytes(report.start.heap)} at the start, ${megabytes(report.end.heap)} at the end`);
for (const problem of new Set(report.problems.map((text) => text.slice(0, 500)))) print(`- ${problem}`);
print(report.problems.length === 0 ? 'FLAT' : `NOT FLAT: ${report.problems.length} problems`);
if (report.problems.length > 0) process.exitCode = 1;
