import { describe, expect, test } from 'vitest';
import { RecentCandles } from '../../../../src/feed/reconcile/candles/recent-candles.ts';
import type { Candle, CandleQuery } from '../../../../src/market/model/candle.ts';

const minute = 60_000;

function candle(period: number): Candle {
  return { timestamp: period * minute, open: 1, high: 1, low: 1, close: 1, volume: 1, closed: true };
}

function periodsOf(recent: RecentCandles, query: Partial<CandleQuery>, forming: Candle | null): unknown {
  const whole = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m', limit: 3, ...query };
  return recent.read(whole, forming)?.map(({ timestamp }) => timestamp / minute) ?? null;
}

describe('the newest candles of a series', () => {
  const recent = new RecentCandles();
  recent.add([candle(4), candle(5), candle(7)]);

  test.each([
    { query: { limit: 4 }, periods: [4, 5, 7, 8] },
    { query: { limit: 2 }, periods: [7, 8] },
    { query: { limit: 5 }, periods: null },
    { query: { since: 4 * minute }, periods: [4, 5, 7] },
    { query: { since: 6 * minute }, periods: [7, 8] },
    { query: { since: 5 * minute, until: 8 * minute }, periods: [5, 7] },
    { query: { since: 3 * minute }, periods: null },
  ])('answer $query with $periods', ({ query, periods }) => {
    expect(periodsOf(recent, query, candle(8))).toEqual(periods);
  });

  test('are not known before there is one, and no longer once some are lost', () => {
    expect(periodsOf(new RecentCandles(), { since: 0 }, null)).toBeNull();
    const lost = new RecentCandles();
    lost.add([candle(1)]);
    lost.clear();
    expect(periodsOf(lost, { since: minute }, candle(2))).toBeNull();
    expect(periodsOf(lost, { since: 2 * minute }, candle(2))).toEqual([2]);
  });

  test('are the newest of many', () => {
    const many = new RecentCandles();
    for (let period = 0; period < 100; period++) many.add([candle(period)]);
    expect(periodsOf(many, { since: 50 * minute, limit: 100 }, null)).toBeNull();
    expect(periodsOf(many, { since: 95 * minute, limit: 100 }, null)).toEqual([95, 96, 97, 98, 99]);
  });
});
