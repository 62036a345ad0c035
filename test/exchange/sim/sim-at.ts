import fc from 'fast-check';
import Sim from '../../../src/exchange/sim/sim.ts';

/** A simulated exchange whose clock reads `clock.now` (epoch ms). */
export function createSimAt(now: number, seed?: number) {
  const clock = { now };
  const sim = new Sim({ milliseconds: () => clock.now, options: seed === undefined ? {} : { seed } });
  return { sim, clock };
}

/** The row `[timestamp, open, high, low, close, volume]` with all numbers present, the volume in whole lots. */
export interface Row {
  readonly timestamp: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly lots: number;
}

/** All candles of `[since, until)`, page by page. */
export async function fetchRows(
  sim: Sim,
  symbol: string,
  timeframe: string,
  since: number,
  until: number,
): Promise<readonly Row[]> {
  await sim.loadMarkets();
  const lot = sim.market(symbol).precision.amount ?? Number.NaN;
  const rows: Row[] = [];
  for (let from = since; ; ) {
    const page = await sim.fetchOHLCV(symbol, timeframe, from, 1000, { until });
    for (const [timestamp = 0, open = 0, high = 0, low = 0, close = 0, volume = 0] of page) {
      rows.push({ timestamp, open, high, low, close, lots: Math.round(volume / lot) });
    }
    const last = rows.at(-1);
    if (page.length < 1000 || last === undefined) return rows;
    from = last.timestamp + 1;
  }
}

/** The single candle that consecutive ones combine to. */
export function aggregate(rows: readonly Row[]): Row {
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined) throw new Error('nothing to aggregate');
  return {
    timestamp: first.timestamp,
    open: first.open,
    high: Math.max(...rows.map(({ high }) => high)),
    low: Math.min(...rows.map(({ low }) => low)),
    close: last.close,
    lots: rows.reduce((sum, { lots }) => sum + lots, 0),
  };
}

/** Symbols of all kinds: expensive, cheap, with other quotes, a swap. */
export const symbols = fc.constantFrom('BTC/USDT', 'ETH/EUR', 'BTC/USDT:USDT', 'SHIB/USDT', 'TRX/USDT', 'UNI/USDT');

/** Moments, to the millisecond, in the years that the exchange covers. */
export const times = fc.integer({ min: Date.UTC(2015, 2, 1), max: Date.UTC(2032, 0, 1) });
