import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSimAt, times } from '../sim-at.ts';

const symbol = 'ETH/USDT:USDT';

test('the value is the amount at the mark price', async () => {
  await fc.assert(
    fc.asyncProperty(times, async (time) => {
      const { sim } = createSimAt(time);
      const { openInterestAmount = 0, openInterestValue, timestamp } = await sim.fetchOpenInterest(symbol);
      const { markPrice = 0 } = await sim.fetchTicker(symbol);
      expect(openInterestAmount).toBeGreaterThan(0);
      expect(openInterestValue).toBe((openInterestAmount ?? 0) * (markPrice ?? 0));
      expect(timestamp).toBe(Math.floor(time / 250) * 250);
    }),
    { numRuns: 30 },
  );
});

test('the past is what was current then', async () => {
  const { sim, clock } = createSimAt(Date.UTC(2026, 2, 4, 12, 34));
  const rows = await sim.fetchOpenInterestHistory(symbol, '4h', undefined, 3);
  expect(rows.map(({ timestamp }) => timestamp)).toEqual([4, 8, 12].map((hour) => Date.UTC(2026, 2, 4, hour)));
  for (const row of rows) {
    clock.now = row.timestamp ?? 0;
    expect(await sim.fetchOpenInterest(symbol)).toEqual(row);
  }
  await expect(sim.fetchOpenInterestHistory(symbol, '7m')).rejects.toThrow('no timeframe 7m');
});
