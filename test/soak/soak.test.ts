import { expect, test } from 'vitest';
import { soak } from './run.ts';

// Seconds of what `npm run soak` does for half an hour: too few to see the heap grow, enough for what is never let go.
test('clients come and go, the exchange fails in every way, and nothing is left of either', async () => {
  const report = await soak({ seconds: 6, troubleMs: 60 });
  expect(report.problems.filter((problem) => !problem.startsWith('the heap'))).toEqual([]);
  expect(report.visits.size).toBeGreaterThan(5);
}, 120_000);
