import { expect, test } from 'vitest';
import { soak } from './run.ts';

// A few seconds of `npm run soak`: too short to see the heap grow, but enough to find resources that are never released.
test('after clients have come and gone and the exchange has failed in every way, nothing is left over', async () => {
  const report = await soak({ seconds: 6, faultMs: 60 });
  expect(report.problems.filter((problem) => !problem.startsWith('the heap'))).toEqual([]);
  expect(report.sessions.size).toBeGreaterThan(5);
}, 120_000);
