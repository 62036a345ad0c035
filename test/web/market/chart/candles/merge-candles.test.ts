import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Candle } from '../../../../../web/src/market/chart/candles/candle.ts';
import {
  findCandle,
  firstDifference,
  indexFrom,
  mergeCandles,
} from '../../../../../web/src/market/chart/candles/merge-candles.ts';
import { candleAt } from './test-candles.ts';

/** A page of the history or a live candle: some minutes, each once and in order. */
const page = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 9 })), {
    selector: ([minute]) => minute,
    maxLength: 12,
  })
  .map((minutes) => minutes.sort(([a], [b]) => a - b).map(([minute, close]) => candleAt(minute, close)));

const pages = fc.array(page, { maxLength: 8 });

test('whatever pages come in whatever order, each period is there once, sorted, as it came last', () => {
  fc.assert(
    fc.property(pages, (some) => {
      const merged = some.reduce(mergeCandles, []);
      const last = new Map(some.flat().map((candle) => [candle.timestamp, candle]));
      expect(merged).toEqual([...last.values()].sort((a, b) => a.timestamp - b.timestamp));
    }),
  );
});

test('a page of the history never changes what came live', () => {
  fc.assert(
    fc.property(page, page, (history, live) => {
      const merged = mergeCandles(history, live);
      for (const candle of live) expect(findCandle(merged, candle.timestamp)).toBe(candle);
      expect(merged.length).toBe(new Set([...history, ...live].map(({ timestamp }) => timestamp)).size);
    }),
  );
});

test('the first difference is the first candle that is another object', () => {
  fc.assert(
    fc.property(page, page, (before, after) => {
      const merged = mergeCandles(before, after);
      const index = firstDifference(before, merged);
      expect(merged.slice(0, index)).toEqual(before.slice(0, index));
      if (index < before.length) expect(merged[index]).not.toBe(before[index]);
    }),
  );
});

test('nothing is before the first candle, and nothing from after the last one', () => {
  const candles: readonly Candle[] = [candleAt(1), candleAt(5)];
  expect(indexFrom(candles, candleAt(0).timestamp)).toBe(0);
  expect(indexFrom(candles, candleAt(2).timestamp)).toBe(1);
  expect(indexFrom(candles, candleAt(6).timestamp)).toBe(2);
  expect(findCandle(candles, candleAt(3).timestamp)).toBeNull();
  expect(findCandle([], 0)).toBeNull();
});
