import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWalk, tickMs, ticksPerDay, type WalkParameters } from '../../../src/exchange/sim/walk.ts';
import { createSimAt, symbols, times } from './sim-at.ts';

const parameters: WalkParameters = {
  seed: 7,
  priceKey: 'BTC',
  amountKey: 'BTC/USDT',
  price: 10_000_000,
  dailyMove: 0.025,
  dailyLots: 1_800_000_000,
  priceFactor: 1,
};
const ticksIn = fc.integer({ min: Date.UTC(2015, 2, 1) / tickMs, max: Date.UTC(2032, 0, 1) / tickMs });

describe('a walk', () => {
  it('makes any span the sum of its ticks', () => {
    fc.assert(
      fc.property(
        ticksIn,
        fc.integer({ min: 1, max: 3000 }),
        fc.constantFrom(1, 0.92, 1.0002),
        (from, length, factor) => {
          const walk = createWalk({ ...parameters, priceFactor: factor });
          const ticks = Array.from({ length }, (_, index) => walk.tick(from + index));
          const prices = ticks.map(({ price }) => price);
          expect(walk.span(from, from + length)).toEqual({
            open: prices[0],
            high: Math.max(...prices),
            low: Math.min(...prices),
            close: prices.at(-1),
            volume: ticks.reduce((sum, { volume }) => sum + volume, 0),
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('makes a whole day the sum of its 345,600 ticks', () => {
    const walk = createWalk(parameters);
    const from = 20_000 * ticksPerDay;
    let high = -Infinity;
    let low = Infinity;
    let volume = 0;
    for (let tick = from; tick < from + ticksPerDay; tick++) {
      const at = walk.tick(tick);
      high = Math.max(high, at.price);
      low = Math.min(low, at.price);
      volume += at.volume;
    }
    expect(walk.span(from, from + ticksPerDay)).toEqual({
      open: walk.tick(from).price,
      high,
      low,
      close: walk.tick(from + ticksPerDay - 1).price,
      volume,
    });
  });

  it('trades whole lots at whole positive prices in every tick', () => {
    const walk = createWalk({ ...parameters, dailyLots: ticksPerDay });
    fc.assert(
      fc.property(ticksIn, (index) => {
        const { price, volume } = walk.tick(index);
        expect(Number.isSafeInteger(price) && price > 0).toBe(true);
        expect(Number.isSafeInteger(volume) && volume > 0).toBe(true);
      }),
    );
  });

  it('gives the same tick whatever was requested before', () => {
    const used = createWalk(parameters);
    fc.assert(
      fc.property(ticksIn, (index) => {
        expect(used.tick(index)).toEqual(createWalk(parameters).tick(index));
      }),
    );
  });

  it('moves as much as configured, at every scale', () => {
    const walk = createWalk(parameters);
    const meanRangeOf = (ticks: number): number => {
      let sum = 0;
      for (let count = 0; count < 1000; count++) {
        const from = Math.floor(((17_000 + 3.917 * count) * ticksPerDay) / ticks) * ticks;
        const { open, high, low } = walk.span(from, from + ticks);
        sum += (high - low) / open / 1000;
      }
      return sum;
    };
    const expectedFor = (ticks: number): number => 1.6 * parameters.dailyMove * Math.sqrt(ticks / ticksPerDay);
    for (const ticks of [ticksPerDay, 57_600, 14_400, 3_600, 1_200, 240, 4]) {
      expect(meanRangeOf(ticks) / expectedFor(ticks)).toBeGreaterThan(0.75);
      expect(meanRangeOf(ticks) / expectedFor(ticks)).toBeLessThan(1.3);
    }
  });

  it('stays near its price over the years', () => {
    const walk = createWalk(parameters);
    for (let day = 16_500; day < 23_000; day += 10) {
      const { low, high } = walk.span(day * ticksPerDay, (day + 1) * ticksPerDay);
      expect(low).toBeGreaterThan(parameters.price / 6);
      expect(high).toBeLessThan(parameters.price * 6);
    }
  });

  it('rejects an empty span', () => {
    expect(() => createWalk(parameters).span(10, 10)).toThrow(RangeError);
  });
});

describe('the seed', () => {
  it('makes two exchanges with the same seed agree in everything', async () => {
    await fc.assert(
      fc.asyncProperty(symbols, times, async (symbol, time) => {
        const one = createSimAt(time, 42).sim;
        const other = createSimAt(time, 42).sim;
        expect(await one.fetchTicker(symbol)).toEqual(await other.fetchTicker(symbol));
        expect(await one.fetchOrderBook(symbol)).toEqual(await other.fetchOrderBook(symbol));
        expect(await one.fetchTrades(symbol)).toEqual(await other.fetchTrades(symbol));
        expect(await one.fetchOHLCV(symbol, '5m')).toEqual(await other.fetchOHLCV(symbol, '5m'));
      }),
      { numRuns: 10 },
    );
  });

  it('makes two exchanges with different seeds differ, and has a constant default', async () => {
    const time = Date.UTC(2025, 5, 10, 13, 17);
    const lastOf = async (seed?: number) => (await createSimAt(time, seed).sim.fetchTicker('BTC/USDT')).last;
    expect(await lastOf(42)).not.toBe(await lastOf(43));
    expect(await lastOf()).toBe(await lastOf(1));
  });

  it('gives these exact numbers, on any machine and in any release', async () => {
    const { sim } = createSimAt(Date.UTC(2025, 5, 10, 13, 17, 23, 400));
    const { last, bid, ask, baseVolume } = await sim.fetchTicker('BTC/USDT');
    expect({ last, bid, ask, baseVolume }).toEqual({
      last: 125332.86,
      bid: 125332.86,
      ask: 125333.86,
      baseVolume: 21482.93276,
    });
  });
});
