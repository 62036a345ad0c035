import fc from 'fast-check';
import { test } from 'vitest';
import { allSymbols, FeedModel, type Step } from '../../support/feed/feed-model.ts';
import { lingerMs } from '../../support/feed/live-feeds.ts';

const symbol = fc.constantFrom(...allSymbols);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('subscribe' as const),
      symbols: fc.subarray([...allSymbols], { minLength: 1 }),
      slow: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pull' as const), which: fc.nat(20) }) },
  // Few prices, so that equal ones often follow each other; some ticks are older than what was sent.
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('tick' as const),
      symbol,
      last: fc.integer({ min: 1, max: 3 }),
      ageMs: fc.constantFrom(0, 0, 0, 2500),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('push' as const), symbol, last: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('interrupt' as const), symbol }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      code: fc.constantFrom('TIMEOUT' as const, 'RATE_LIMITED' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('failOne' as const), symbol }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('recover' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hold' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 400, 1000, 1000, 2700, lingerMs - 1, lingerMs),
    }),
  },
);

test('whatever happens, each subscriber receives changes in order, the latest last, and nothing is left behind', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), fc.boolean(), async (steps, isStreaming) => {
      const model = new FeedModel(isStreaming);
      for (const each of steps) {
        await model.run(each);
        model.checkCounts();
      }
      await model.checkLatest();
      model.checkCounts();
      for (const subscriber of [...model.subscribers, ...model.departed]) model.checkSeen(subscriber);
      for (const subscriber of model.subscribers.splice(0)) await model.leave(subscriber);
      await model.live.leaveNothing();
    }),
    { numRuns: 150 },
  );
});
