import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type InstanceFault, maxFaultMs, OwnershipModel } from '../../support/cluster/members/ownership-model.ts';

const names = ['a', 'b', 'c'] as const;

const step = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<InstanceFault[]>('pause', 'cut', 'kill', 'leave') },
    { weight: 1, arbitrary: fc.constant('flush' as const) },
  ),
  name: fc.constantFrom(...names),
  forMs: fc.integer({ min: 50, max: maxFaultMs }),
  /** Until the next step. */
  waitMs: fc.integer({ min: 0, max: 1500 }),
});
const conditions = fc.record({
  maxDelayMs: fc.constantFrom(0, 30, 200),
  lossPercent: fc.constantFrom(0, 20, 60),
  seed: fc.integer(),
});

test('at most one owner is heard at a time, and in the end there is exactly one', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), conditions, async (steps, network) => {
      const model = new OwnershipModel(names, network);
      await model.advance(1000);
      for (const { kind, name, forMs, waitMs } of steps) {
        if (kind === 'flush') model.flush();
        else model.apply(kind, name, forMs);
        await model.advance(waitMs);
      }
      await model.settle();
      expect(model.violations).toEqual([]);
      const owners = model.owners();
      expect(owners.filter((owner) => owner.startsWith('self'))).toHaveLength(1);
      expect(new Set(owners.map((owner) => owner.replace(/^\w+ /, ''))).size).toBe(1);
      await model.close();
    }),
    { numRuns: 60 },
  );
});
