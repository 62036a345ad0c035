import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LiveModel, type LiveStep } from '../../support/cluster/live/live-model.ts';

// What every listener must hear whatever is lost, repeated or reordered, and whoever owns the exchange or is paused.

const who = fc.nat(2);
const which = fc.nat(40);

const step: fc.Arbitrary<LiveStep> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('trade' as const, 'price' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('release' as const) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('deliver', 'drop', 'repeat'), which }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 10, 500, 1000, 4000, 20_000) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('give' as const), who: fc.nat(3), isHandover: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('deaf', 'cut', 'pause'), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('recover' as const), who }) },
);

test('every listener ends with the latest, no trade is lost in silence, and no former owner is heard', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const model = new LiveModel();
      try {
        for (const each of steps) await model.run(each);
        await model.settle();
        for (const { tickers, trades, check, order } of model.readers) {
          expect([...check.failures, ...order.failures]).toEqual([]);
          expect(tickers.messages.at(-1)?.last).toBe(model.price);
          expect(trades.messages.findLast((message) => message.length > 0)?.at(-1)?.id).toBe(String(model.trades));
          expect(model.isInOrder(tickers)).toBe(true);
        }
      } finally {
        model.cluster.close();
      }
      expect(model.cluster.clock.pending).toBe(0);
    }),
    { numRuns: 100 },
  );
}, 120_000);
