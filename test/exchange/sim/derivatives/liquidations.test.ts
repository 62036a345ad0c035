import type { Liquidation } from 'ccxt';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { liquidationsOf } from '../../../../src/exchange/sim/derivatives/liquidations.ts';
import Sim from '../../../../src/exchange/sim/sim.ts';

const swap = 'BTC/USDT:USDT';
const minute = 60_000;
let sim: Sim;

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 5, 10, 13) });
  sim = new Sim({ milliseconds: () => Date.now() });
  await sim.loadMarkets();
});

afterEach(async () => {
  await sim.close();
  vi.useRealTimers();
});

/** What a watch that is repeated brings within a time. */
async function watchFor(ms: number): Promise<readonly Liquidation[]> {
  const seen: Liquidation[] = [];
  const watch = async (): Promise<void> => {
    while (true) seen.push(...(await sim.watchLiquidations(swap)));
  };
  const watching = watch().catch(() => {});
  await vi.advanceTimersByTimeAsync(ms);
  await sim.close();
  await watching;
  return seen;
}

describe('the liquidations of a swap', () => {
  test('are a few in a minute, each once and in order, the same for everybody', async () => {
    const start = Date.now();
    const seen = await watchFor(30 * minute);
    expect(seen.length).toBeGreaterThan(15);
    expect(seen.length).toBeLessThan(300);
    const times = seen.map(({ timestamp = 0 }) => timestamp);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    vi.setSystemTime(start);
    sim = new Sim({ milliseconds: () => Date.now() });
    expect(await watchFor(30 * minute)).toEqual(seen);
  });

  test('are part of the trades of their moment', async () => {
    const seen = await watchFor(5 * minute);
    expect(seen.length).toBeGreaterThan(0);
    for (const { timestamp = 0, price, contracts = 0, side, quoteValue } of seen) {
      const trades = (await sim.fetchTrades(swap, timestamp, 10)).filter((trade) => trade.timestamp === timestamp);
      expect(trades[0]).toMatchObject({ price, side });
      expect(contracts).toBeLessThanOrEqual(trades.reduce((sum, { amount = 0 }) => sum + amount, 0) + 1e-9);
      expect(quoteValue).toBeCloseTo((price ?? 0) * contracts, 6);
    }
  });
});

test('large moves liquidate more, and a price that stands still nobody', () => {
  const countFor = (step: number): number => {
    const walk = {
      tick: (index: number) => ({ price: 100_000 + step * index, volume: 10 }),
      span: () => ({ high: 101_000, low: 100_000 }),
    };
    const random = (tick: number) => {
      let draw = tick;
      return () => {
        draw = (draw * 9301 + 49_297) % 233_280;
        return draw / 233_280;
      };
    };
    return liquidationsOf({ walk, random }, 1, 2000).length;
  };
  expect(countFor(0)).toBe(0);
  expect(countFor(200)).toBeGreaterThan(5 * countFor(50));
});

test('spot markets have none', async () => {
  await expect(sim.watchLiquidations('BTC/USDT')).rejects.toThrow('BTC/USDT has no liquidations');
});
