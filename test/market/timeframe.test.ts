import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTimeframe, periodAfter, periodStart } from '../../src/market/timeframe.ts';

const at = (text: string): number => Date.parse(text);

const times = fc.integer({ min: Date.UTC(1970), max: Date.UTC(2100) });
const timeframes = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom('s', 'm', 'h', 'd', 'w', 'M', 'y'))
  .map(([count, unit]) => `${count}${unit}`);

it.each(['1s', '1m', '15m', '4h', '1d', '3d', '1w', '2w', '1M', '3M', '1y', '86400s', '99999m', '99999y'])(
  '%s is a timeframe',
  (text) => {
    expect(isTimeframe(text)).toBe(true);
  },
);

it.each([
  '',
  '0m',
  '01m',
  '-1m',
  '1.5h',
  '15',
  'm',
  '1H',
  '1D',
  '1Y',
  '1q',
  '1m ',
  ' 1m',
  '1m\n',
  '100000m',
  'constructor',
  '1mm',
])('%j is not a timeframe', (text) => {
  expect(isTimeframe(text)).toBe(false);
  expect(() => periodStart(text, 0)).toThrow(RangeError);
  expect(() => periodAfter(text, 0)).toThrow(RangeError);
});

describe('the period that contains a time', () => {
  it.each([
    ['1s', '2026-03-04T12:34:56.789Z', '2026-03-04T12:34:56Z', '2026-03-04T12:34:57Z'],
    ['5m', '2026-03-04T12:34:56Z', '2026-03-04T12:30:00Z', '2026-03-04T12:35:00Z'],
    ['4h', '2026-03-04T12:00:00Z', '2026-03-04T12:00:00Z', '2026-03-04T16:00:00Z'],
    ['4h', '2026-03-04T11:59:59.999Z', '2026-03-04T08:00:00Z', '2026-03-04T12:00:00Z'],
    ['1d', '2024-02-29T23:00:00Z', '2024-02-29T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['1w', '2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z', '2026-03-09T00:00:00Z'],
    ['1w', '2026-03-01T23:59:59.999Z', '2026-02-23T00:00:00Z', '2026-03-02T00:00:00Z'],
    ['1w', '1970-01-01T00:00:00Z', '1969-12-29T00:00:00Z', '1970-01-05T00:00:00Z'],
    ['1M', '2024-02-29T12:00:00Z', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['1M', '2023-02-28T12:00:00Z', '2023-02-01T00:00:00Z', '2023-03-01T00:00:00Z'],
    ['1M', '2025-12-31T23:59:59.999Z', '2025-12-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['3M', '2026-03-31T12:00:00Z', '2026-01-01T00:00:00Z', '2026-04-01T00:00:00Z'],
    ['3M', '2026-04-01T00:00:00Z', '2026-04-01T00:00:00Z', '2026-07-01T00:00:00Z'],
    ['1y', '2024-12-31T23:59:59.999Z', '2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    ['1M', '1969-12-31T23:59:59.999Z', '1969-12-01T00:00:00Z', '1970-01-01T00:00:00Z'],
  ])('%s at %s is [%s, %s)', (timeframe, time, start, end) => {
    expect(periodStart(timeframe, at(time))).toBe(at(start));
    expect(periodAfter(timeframe, at(start))).toBe(at(end));
  });

  it('begins no later than the time and ends after it', () => {
    fc.assert(
      fc.property(timeframes, times, (timeframe, time) => {
        const start = periodStart(timeframe, time);
        expect(start).toBeLessThanOrEqual(time);
        expect(periodAfter(timeframe, start)).toBeGreaterThan(time);
      }),
    );
  });

  it('is the same for every time in it, and the next one begins where it ends', () => {
    fc.assert(
      fc.property(timeframes, times, (timeframe, time) => {
        const start = periodStart(timeframe, time);
        const end = periodAfter(timeframe, start);
        expect(periodStart(timeframe, start)).toBe(start);
        expect(periodStart(timeframe, end - 1)).toBe(start);
        expect(periodStart(timeframe, end)).toBe(end);
      }),
    );
  });
});

it('several periods are the same as that many single steps, forwards and backwards', () => {
  const counts = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(timeframes, times, counts, (timeframe, time, count) => {
      const start = periodStart(timeframe, time);
      let stepped = start;
      for (let step = 0; step < count; step++) stepped = periodAfter(timeframe, stepped);
      expect(periodAfter(timeframe, start, count)).toBe(stepped);
      expect(periodAfter(timeframe, stepped, -count)).toBe(start);
    }),
  );
});

it('weeks begin on Mondays, months and years on the first, all at midnight UTC', () => {
  fc.assert(
    fc.property(fc.constantFrom('1w', '1M', '3M', '1y'), times, (timeframe, time) => {
      const start = new Date(periodStart(timeframe, time));
      expect(start.toISOString()).toMatch(/T00:00:00\.000Z$/);
      if (timeframe === '1w') expect(start.getUTCDay()).toBe(1);
      else expect(start.getUTCDate()).toBe(1);
      if (timeframe === '3M') expect(start.getUTCMonth() % 3).toBe(0);
      if (timeframe === '1y') expect(start.getUTCMonth()).toBe(0);
    }),
  );
});

it.each([
  ['1M', Date.UTC(2026, 0, 31, 16), Date.UTC(2026, 1, 28, 16)],
  ['1M', Date.UTC(2026, 1, 28, 16), Date.UTC(2026, 2, 31, 16)],
  ['1M', Date.UTC(2026, 0, 1, 5), Date.UTC(2026, 1, 1, 5)],
  ['1M', Date.UTC(2026, 0, 1), Date.UTC(2026, 1, 1)],
  ['1y', Date.UTC(2023, 11, 31, 16), Date.UTC(2024, 11, 31, 16)],
])("a %s that begins at %i, an exchange's own midnight, ends at %i", (timeframe, start, end) => {
  expect(periodAfter(timeframe, start)).toBe(end);
});
