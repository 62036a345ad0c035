import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasLongGap, maxEmpty, toBars } from '../../../../../web/src/market/chart/canvas/bars.ts';
import { candleAt, minuteMs } from '../candles/test-candles.ts';

const seconds = (minute: number): number => candleAt(minute).timestamp / 1000;
const timesOf = (minutes: readonly number[]): readonly number[] => {
  return toBars(
    minutes.map((minute) => candleAt(minute)),
    '1m',
  ).map(({ time }) => time);
};

test('a period without a candle is an empty place', () => {
  expect(toBars([candleAt(0), candleAt(3)], '1m')).toEqual([
    { time: seconds(0), open: 100, high: 110, low: 90, close: 100 },
    { time: seconds(1) },
    { time: seconds(2) },
    { time: seconds(3), open: 100, high: 110, low: 90, close: 100 },
  ]);
});

test('no candle becomes no bar, and one candle one bar', () => {
  expect(timesOf([])).toEqual([]);
  expect(timesOf([7])).toEqual([seconds(7)]);
});

test('the empty places of a long gap are its first and its last periods', () => {
  const times = timesOf([0, 1440]);
  expect(times.length).toBe(2 + maxEmpty);
  expect(times.slice(0, 14)).toEqual([...Array.from({ length: 13 }, (_, index) => seconds(index)), seconds(1428)]);
  expect(times.slice(-2)).toEqual([seconds(1439), seconds(1440)]);
});

test('a year of a market that trades once a day has a bounded number of places', () => {
  const days = Array.from({ length: 365 }, (_, day) => day * 1440);
  expect(timesOf(days).length).toBe(365 + 364 * maxEmpty);
});

test('whatever the gaps are, times are sorted and each is there once, and all candles are there', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { maxLength: 20 }), (minutes) => {
      const sorted = minutes.sort((a, b) => a - b);
      const times = timesOf(sorted);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      expect(times).toEqual(expect.arrayContaining(sorted.map(seconds)));
      const gaps = sorted.slice(1).map((minute, index) => minute - (sorted[index] ?? 0) - 1);
      const empty = gaps.reduce((sum, gap) => sum + Math.min(gap, maxEmpty), 0);
      expect(times.length).toBe(sorted.length + empty);
      const candles = sorted.map((minute) => candleAt(minute));
      expect(hasLongGap(candles, '1m')).toBe(gaps.some((gap) => gap > maxEmpty));
    }),
  );
});

test('months and weeks have the steps of the calendar', () => {
  const at = (text: string) => ({ ...candleAt(0), timestamp: Date.parse(text) });
  const times = (timeframe: string, ...texts: readonly string[]) =>
    toBars(texts.map(at), timeframe).map(({ time }) => new Date(time * 1000).toISOString().slice(0, 10));
  expect(times('1M', '2025-11-01', '2026-03-01')).toEqual([
    '2025-11-01',
    '2025-12-01',
    '2026-01-01',
    '2026-02-01',
    '2026-03-01',
  ]);
  expect(times('1M', '2026-01-01', '2026-02-01', '2026-03-01').length).toBe(3);
  expect(times('1w', '2026-11-09', '2026-11-30')).toEqual(['2026-11-09', '2026-11-16', '2026-11-23', '2026-11-30']);
});

test('a period that begins a moment late leaves no gap', () => {
  const late = { ...candleAt(1), timestamp: candleAt(1).timestamp + minuteMs / 4 };
  expect(toBars([candleAt(0), late], '1m').length).toBe(2);
});
