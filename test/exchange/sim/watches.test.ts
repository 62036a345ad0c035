import { expect, test } from 'vitest';
import { TickWatches } from '../../../src/exchange/sim/watches.ts';

test('a tick that happens while a watch begins ends this watch, and not the later ones', async () => {
  // A busy machine can stop the process between two readings of its clock.
  const readings = [999, 1000];
  const watches = new TickWatches(() => readings.shift() ?? 1001);
  expect(await watches.next('ticker')).toEqual({ tick: 4, previous: undefined });
  const next = watches.next('ticker');
  watches.cancel('ticker', new Error('still waiting'));
  await expect(next).rejects.toThrow('still waiting');
});
