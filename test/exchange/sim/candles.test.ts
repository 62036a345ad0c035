import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregate, createSimAt, fetchRows, symbols, times } from './sim-at.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

function monthOf(time: number): readonly [number, number] {
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return [Date.UTC(year, month), Date.UTC(year, month + 1)];
}

/** 5 January 1970 was a Monday. */
function weekOf(time: number): readonly [number, number] {
  const monday = Math.floor((time - 4 * dayMs) / (7 * dayMs)) * 7 * dayMs + 4 * dayMs;
  return [monday, monday + 7 * dayMs];
}

const fixed = (length: number) => (time: number) =>
  [Math.floor(time / length) * length, Math.floor(time / length) * length + length] as const;

describe('candles of every timeframe', () => {
  it.each([
    ['1m', fixed(minuteMs), ['1s']],
    ['5m', fixed(5 * minuteMs), ['1m', '1s']],
    ['15m', fixed(15 * minuteMs), ['5m', '1m', '1s']],
    ['1h', fixed(hourMs), ['15m', '5m', '1m', '1s']],
    ['4h', fixed(4 * hourMs), ['1h', '15m', '5m', '1m']],
    ['1d', fixed(dayMs), ['4h', '1h', '15m', '5m', '1m']],
    ['1w', weekOf, ['1d', '4h', '1h']],
    ['1M', monthOf, ['1d', '4h', '1h']],
  ] as const)('%s are the exact sums of their parts', async (timeframe, periodOf, parts) => {
    await fc.assert(
      fc.asyncProperty(symbols, times, async (symbol, time) => {
        const [from, to] = periodOf(time);
        const { sim } = createSimAt(to);
        const whole = await fetchRows(sim, symbol, timeframe, from, to);
        expect(whole.map(({ timestamp }) => timestamp)).toEqual([from]);
        for (const part of parts) {
          expect([part, aggregate(await fetchRows(sim, symbol, part, from, to))]).toEqual([part, whole[0]]);
        }
      }),
      { numRuns: 8 },
    );
  });

  it.each([
    ['1m', Date.UTC(2024, 11, 30)],
    ['4h', Date.UTC(2024, 6, 1)],
    ['1M', Date.UTC(2015, 0, 1)],
  ])('%s join: each opens where the one before closed', async (timeframe, since) => {
    const { sim } = createSimAt(Date.UTC(2025, 0, 1));
    const rows = await fetchRows(sim, 'BTC/USDT', timeframe, since, Date.UTC(2025, 0, 1));
    expect(rows.length).toBeGreaterThan(100);
    for (const [index, row] of rows.entries()) expect(row.open).toBe(rows[index - 1]?.close ?? row.open);
  });
});

describe('the forming candle', () => {
  it.each(['1m', '1h', '1d', '1w', '1M'])('of %s contains the ticks until now and no later ones', async (timeframe) => {
    await fc.assert(
      fc.asyncProperty(symbols, times, async (symbol, time) => {
        const { sim, clock } = createSimAt(time);
        const [forming] = (await fetchRows(sim, symbol, timeframe, time - 32 * dayMs, time + dayMs)).slice(-1);
        if (forming === undefined) throw new Error('no candle');
        // What the exchange later returns for the whole seconds before now, and for the ticks of this second.
        const second = Math.floor(time / secondMs) * secondMs;
        const hour = Math.max(forming.timestamp, Math.floor(time / hourMs) * hourMs);
        const { last } = await sim.fetchTicker(symbol);
        clock.now += 40 * dayMs;
        const hours = await fetchRows(sim, symbol, '1h', forming.timestamp, hour);
        const seconds = await fetchRows(sim, symbol, '1s', hour, second);
        const lot = sim.market(symbol).precision.amount ?? 0;
        const trades = (await sim.fetchTrades(symbol, second, 100)).filter(({ timestamp = 0 }) => timestamp <= time);
        const ticks = trades.map(({ timestamp = 0, price = 0, amount = 0 }) => ({
          ...{ timestamp, open: price, high: price, low: price, close: price },
          lots: Math.round(amount / lot),
        }));
        expect(aggregate([...hours, ...seconds, ...ticks])).toEqual(forming);
        expect(forming.close).toBe(last);
      }),
      { numRuns: 10 },
    );
  });

  it('becomes the full candle with its last tick, and does not change after that', async () => {
    await fc.assert(
      fc.asyncProperty(symbols, times, async (symbol, time) => {
        const end = Math.ceil(time / hourMs) * hourMs;
        const { sim, clock } = createSimAt(end - 250);
        const atLastTick = await fetchRows(sim, symbol, '1h', end - 5 * hourMs, end);
        clock.now = end;
        expect(await fetchRows(sim, symbol, '1h', end - 5 * hourMs, end)).toEqual(atLastTick);
        clock.now = end + 1000 * dayMs;
        expect(await fetchRows(sim, symbol, '1h', end - 5 * hourMs, end)).toEqual(atLastTick);
      }),
      { numRuns: 20 },
    );
  });

  it('differs from the full candle halfway, when a tick changes it', async () => {
    const { sim, clock } = createSimAt(Date.UTC(2025, 5, 10, 13, 30));
    const half = await sim.fetchOHLCV('BTC/USDT', '1h', undefined, 1);
    clock.now += 250;
    const later = await sim.fetchOHLCV('BTC/USDT', '1h', undefined, 1);
    expect(later[0]?.[5]).toBeGreaterThan(half[0]?.[5] ?? Infinity);
    expect(later[0]?.[0]).toBe(half[0]?.[0]);
  });
});

describe('the window of fetchOHLCV', () => {
  const now = Date.UTC(2025, 5, 10, 13, 17, 23, 400);
  const { sim } = createSimAt(now);
  const minute = Date.UTC(2025, 5, 10, 13, 17);
  const opens = async (since?: number, limit?: number, until?: number, timeframe = '1m') =>
    (await sim.fetchOHLCV('ETH/USDT', timeframe, since, limit, until === undefined ? {} : { until })).map(([at]) => at);

  it('is the newest `limit` candles without since, with the forming one last', async () => {
    expect(await opens(undefined, 3)).toEqual([minute - 2 * minuteMs, minute - minuteMs, minute]);
  });

  it('has 100 candles by default and 1000 at most', async () => {
    expect(await opens()).toHaveLength(100);
    expect(await opens(undefined, 5000)).toHaveLength(1000);
    expect(await opens(0, 5000)).toHaveLength(1000);
  });

  it('begins at since (inclusive) or at the next opening', async () => {
    expect(await opens(minute - 5 * minuteMs, 2)).toEqual([minute - 5 * minuteMs, minute - 4 * minuteMs]);
    expect(await opens(minute - 5 * minuteMs + 1, 2)).toEqual([minute - 4 * minuteMs, minute - 3 * minuteMs]);
  });

  it('ends before until (exclusive), with and without since', async () => {
    expect(await opens(minute - 2 * minuteMs, 100, minute)).toEqual([minute - 2 * minuteMs, minute - minuteMs]);
    expect(await opens(undefined, 2, minute)).toEqual([minute - 2 * minuteMs, minute - minuteMs]);
    expect(await opens(undefined, 2, minute + 1)).toEqual([minute - minuteMs, minute]);
    expect(await opens(minute, 100, minute)).toEqual([]);
  });

  it('has no candles from the future', async () => {
    expect(await opens(minute, 10)).toEqual([minute]);
    expect(await opens(minute + 1, 10)).toEqual([]);
    expect(await opens(undefined, 1, minute + dayMs)).toEqual([minute]);
  });

  it('has no candles from before 2015', async () => {
    expect((await opens(0, 1))[0]).toBe(Date.UTC(2015, 0, 1));
    expect((await opens(0, 1, undefined, '1w'))[0]).toBe(Date.UTC(2015, 0, 5));
    expect((await opens(undefined, 1000, undefined, '1M'))[0]).toBe(Date.UTC(2015, 0, 1));
    expect(await opens(undefined, 10, Date.UTC(2015, 0, 1))).toEqual([]);
    expect(await createSimAt(Date.UTC(2014, 11, 31)).sim.fetchOHLCV('BTC/USDT')).toEqual([]);
  });

  it('has weeks from Monday and calendar months', async () => {
    expect(await opens(undefined, 2, undefined, '1w')).toEqual([Date.UTC(2025, 5, 2), Date.UTC(2025, 5, 9)]);
    expect(await opens(undefined, 3, undefined, '1M')).toEqual([
      Date.UTC(2025, 3, 1),
      Date.UTC(2025, 4, 1),
      Date.UTC(2025, 5, 1),
    ]);
  });
});
