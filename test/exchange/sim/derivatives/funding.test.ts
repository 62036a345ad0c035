import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSimAt, times } from '../sim-at.ts';

const hourMs = 3_600_000;
const symbol = 'BTC/USDT:USDT';

test('a rate names the next payment, and its prices are those of the ticker', async () => {
  await fc.assert(
    fc.asyncProperty(times, async (time) => {
      const { sim } = createSimAt(time);
      const rate = await sim.fetchFundingRate(symbol);
      const ticker = await sim.fetchTicker(symbol);
      expect(rate).toMatchObject({
        symbol,
        interval: '8h',
        timestamp: ticker.timestamp,
        markPrice: ticker.markPrice,
        indexPrice: ticker.indexPrice,
        fundingTimestamp: (Math.floor(time / (8 * hourMs)) + 1) * 8 * hourMs,
      });
      expect(Math.abs(rate.fundingRate ?? 1)).toBeLessThanOrEqual(0.003);
      expect((await sim.fetchFundingRates([symbol]))[symbol]).toEqual(rate);
    }),
    { numRuns: 30 },
  );
});

test('what was paid is the rate of the moment before', async () => {
  await fc.assert(
    fc.asyncProperty(times, async (time) => {
      const { sim, clock } = createSimAt(time);
      const [payment] = await sim.fetchFundingRateHistory(symbol, undefined, 1);
      clock.now = (payment?.timestamp ?? 0) - 1;
      expect((await sim.fetchFundingRate(symbol)).fundingRate).toBe(payment?.fundingRate);
    }),
    { numRuns: 30 },
  );
});

test('pages of payments fit together', async () => {
  const { sim } = createSimAt(Date.UTC(2026, 2, 4, 12));
  const since = Date.UTC(2026, 0, 1);
  const all = await sim.fetchFundingRateHistory(symbol, since, 1000);
  expect(all).toHaveLength(62 * 3 + 2);
  const first = await sim.fetchFundingRateHistory(symbol, since, 100);
  const rest = await sim.fetchFundingRateHistory(symbol, (first.at(-1)?.timestamp ?? 0) + 1, 1000);
  expect([...first, ...rest]).toEqual(all);
  const until = Date.UTC(2026, 0, 2);
  expect(await sim.fetchFundingRateHistory(symbol, since, 1000, { until })).toEqual(all.slice(0, 3));
  // The swap is always above its index, so holders of long positions always pay.
  expect(new Set(all.map(({ fundingRate }) => Math.sign(fundingRate ?? 0)))).toEqual(new Set([1]));
});

test('all rates are those of the swaps; a spot market has none', async () => {
  const { sim } = createSimAt(Date.UTC(2026, 2, 4, 12));
  expect(Object.keys(await sim.fetchFundingRates())).toEqual(['BTC/USDT:USDT', 'ETH/USDT:USDT']);
  await expect(sim.fetchFundingRate('BTC/USDT')).rejects.toThrow('sim BTC/USDT is not a swap');
  await expect(sim.fetchOpenInterest('BTC/USDT')).rejects.toThrow('sim BTC/USDT is not a swap');
});
