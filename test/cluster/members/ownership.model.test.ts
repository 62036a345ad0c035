import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type InstanceFault, OwnershipModel } from '../../support/cluster/ownership-model.ts';

const names = ['a', 'b', 'c'] as const;
const name = fc.constantFrom(...names);

/** What happens, and how long until the next. */
const step = fc.record({
  waitMs: fc.integer({ min: 0, max: 900 }),
  event: fc.oneof(
    fc.record({
      kind: fc.constantFrom<InstanceFault[]>('pause', 'resume', 'cut', 'mend', 'kill', 'start', 'leave'),
      name,
    }),
    fc.record({ kind: fc.constant('flush' as const), name }),
    fc.record({ kind: fc.constant('need' as const), name }),
  ),
});
const network = fc.record({
  maxDelayMs: fc.constantFrom(0, 30, 200),
  lossPercent: fc.constantFrom(0, 20, 60),
  seed: fc.integer(),
});

test('at most one owner is heard at a time, and in the end there is exactly one', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), network, async (steps, conditions) => {
      const model = new OwnershipModel(names, conditions);
      for (const { waitMs, event } of steps) {
        if (event.kind === 'flush') model.flush();
        else if (event.kind === 'need') model.need(event.name);
        else model.apply(event.kind, event.name);
        await model.advance(waitMs);
      }
      await model.settle();
      expect(model.violations).toEqual([]);
      const kinds = model.owners();
      expect(kinds.filter((owner) => owner.startsWith('self'))).toHaveLength(1);
      expect(new Set(kinds.map((owner) => owner.replace(/^\w+ /, ''))).size).toBe(1);
      await model.close();
    }),
    { numRuns: 60 },
  );
});
