import { expect, test } from 'vitest';
import { runFuzz } from './run.ts';

// A short run of `npm run fuzz`, with the same cases each time.
test('the server answers or rejects every document and frame sequence: valid, mutated or hostile', async () => {
  const report = await runFuzz({ seed: 1, from: 0, documents: 300, sequences: 300 });
  expect(report.documents.findings).toEqual([]);
  expect(report.sequences.findings).toEqual([]);
  expect(report.failures).toEqual([]);
  expect(report.leftovers).toEqual([]);
  expect([...report.documents.outcomes.keys()]).toEqual(
    expect.arrayContaining(['200 with data', 'stream with data', '400']),
  );
  expect([...report.sequences.outcomes.keys()]).toEqual(
    expect.arrayContaining(['open, with data', 'closed with 4400']),
  );
}, 120_000);
