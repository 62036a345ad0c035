import fc from 'fast-check';
import { expect, test } from 'vitest';
import { periodAfter as serverPeriodAfter } from '../../../../../src/market/timeframe.ts';
import {
  defaultTimeframe,
  lengthOf,
  listTimeframes,
  nameOf,
  periodAfter,
} from '../../../../../web/src/market/chart/candles/timeframe.ts';

test('a period is as long as it is for the server', () => {
  const timeframe = fc
    .tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom('s', 'm', 'h', 'd', 'w', 'M', 'y'))
    .map(([count, unit]) => `${count}${unit}`);
  const start = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map(Number);
  fc.assert(
    fc.property(timeframe, start, (t, at) => {
      expect(periodAfter(t, at)).toBe(serverPeriodAfter(t, at));
    }),
  );
});

test.each([
  ['1M', '2026-01-01', '2026-02-01'],
  ['1M', '2026-02-01', '2026-03-01'],
  // A month that an exchange in UTC+8 begins.
  ['1M', '2026-01-31T16:00Z', '2026-02-28T16:00Z'],
  ['1w', '2026-11-23', '2026-11-30'],
  ['1y', '2024-01-01', '2025-01-01'],
])('after the period %s of %s comes that of %s', (timeframe, start, next) => {
  expect(periodAfter(timeframe, Date.parse(start))).toBe(Date.parse(next));
});

test('timeframes are listed by length, with the chosen one if it is a timeframe', () => {
  const offered = ['1d', '1M', '1m', '4h', '1w', '5m'];
  expect(listTimeframes(offered, '4h')).toEqual(['1m', '5m', '4h', '1d', '1w', '1M']);
  expect(listTimeframes(offered, '45m')).toEqual(['1m', '5m', '45m', '4h', '1d', '1w', '1M']);
  expect(listTimeframes(['1h'], 'soon')).toEqual(['1h']);
});

test.each([
  { offered: ['1m', '1h', '1d'], wanted: '1h', expected: '1h' },
  { offered: ['1s', '1m', '1h'], wanted: '3h', expected: '1m' },
  { offered: ['1s', '1m', '1h'], wanted: null, expected: '1m' },
  { offered: ['1d', '1h'], wanted: null, expected: '1h' },
  { offered: ['1s'], wanted: null, expected: '1s' },
  { offered: [], wanted: '4h', expected: '4h' },
  { offered: [], wanted: null, expected: '1m' },
])('of $offered and $wanted, $expected is the first that is shown', ({ offered, wanted, expected }) => {
  expect(defaultTimeframe(offered, wanted)).toBe(expected);
});

test('a timeframe has a name and a length, and what is none counts as a minute', () => {
  expect(nameOf('1m')).toBe('1 minute');
  expect(nameOf('3M')).toBe('3 months');
  expect(lengthOf('2h')).toBe(7_200_000);
  expect(lengthOf('soon')).toBe(60_000);
});
