import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePage, encodePage, type SettledPage } from '../../../src/candles/shared/page-codec.ts';

const since = Date.UTC(2026, 2, 1);
const minuteMs = 60_000;
const until = since + 100 * minuteMs;

const number = fc.oneof(fc.double(), fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constantFrom(-0, 1e-300, 1e300));
const times = fc.oneof(
  // Regular times, and those of a market without trades in some periods or with periods of its own.
  fc
    .record({ count: fc.nat({ max: 100 }), step: fc.constantFrom(1, minuteMs) })
    .map(({ count, step }) => Array.from({ length: count }, (_, row) => since + row * step)),
  fc
    .uniqueArray(fc.integer({ min: since, max: until - 1 }), { maxLength: 100 })
    .map((found) => found.sort((a, b) => a - b)),
);
const pages = fc
  .record({
    times,
    numbers: fc.array(number, { minLength: 5, maxLength: 50 }),
    next: fc.option(fc.integer({ min: until, max: 2 ** 43 })),
  })
  .map(({ times: starts, numbers, next }): SettledPage => {
    const at = (row: number, column: number): number => numbers[(row * 7 + column) % numbers.length] ?? 0;
    const candles = starts.map((timestamp, row) => ({
      timestamp,
      open: at(row, 0),
      high: at(row, 1),
      low: at(row, 2),
      close: at(row, 3),
      volume: at(row, 4),
      closed: true,
    }));
    return { since, until, candles, next };
  });

test('a page is the same after it was shared', () => {
  fc.assert(
    fc.property(pages, (page) => {
      expect(decodePage(encodePage(page), since, until)).toEqual(page);
    }),
  );
});

test('damaged bytes, and those of something else, are no page', () => {
  fc.assert(
    fc.property(pages, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.uint8Array(), (page, place, change, other) => {
      const bytes = encodePage(page);
      const damaged = Buffer.from(bytes);
      damaged[place % bytes.length] = (damaged[place % bytes.length] ?? 0) ^ change;
      for (const wrong of [damaged, bytes.subarray(0, place % bytes.length), Buffer.from(other)])
        expect(decodePage(wrong, since, until)).toBeNull();
      expect(decodePage(Buffer.concat([bytes, Buffer.of(0)]), since, until)).toBeNull();
      expect(decodePage(bytes, since + minuteMs, until)).toBeNull();
      expect(decodePage(bytes, since, until + minuteMs)).toBeNull();
    }),
  );
});

test('100 candles with prices of two decimals take less than half of their numbers', () => {
  let price = 67_000;
  const round = (value: number): number => Number(value.toFixed(2));
  const candles = Array.from({ length: 100 }, (_, row) => {
    const open = round(price);
    price *= 1 + Math.sin(row * 12.9898) / 1000;
    const close = round(price);
    const volume = Number((10 + 9 * Math.sin(row * 78.233)).toFixed(5));
    const [high, low] = [round(Math.max(open, close) * 1.0003), round(Math.min(open, close) * 0.9997)];
    return { timestamp: since + row * minuteMs, open, high, low, close, volume, closed: true };
  });
  expect(encodePage({ since, until, candles, next: null }).length).toBeLessThan(2400);
});
