import { expect, test } from 'vitest';
import { formatCountdown, formatFundingRate, formatInterval } from '../../../../web/src/market/contract/countdown.ts';

const hourMs = 3_600_000;

test.each([
  [8 * hourMs, '8:00:00'],
  [8 * hourMs - 1, '8:00:00'],
  [61_000, '0:01:01'],
  [1, '0:00:01'],
  [0, 'due'],
  [-5_000, 'due'],
  [100 * hourMs, '100:00:00'],
])('%d ms before the payment, the countdown says %s', (leftMs, text) => {
  expect(formatCountdown(leftMs)).toBe(text);
});

test('intervals are in hours, or in minutes if they are no whole hours', () => {
  expect(formatInterval(8 * hourMs)).toBe('8 h');
  expect(formatInterval(hourMs / 2)).toBe('30 min');
});

test('a funding rate has a sign and four decimals, and null is a dash', () => {
  expect(formatFundingRate(0.0001)).toBe('+0.0100%');
  expect(formatFundingRate(-0.00012345)).toBe('-0.0123%');
  expect(formatFundingRate(0)).toBe('0.0000%');
  expect(formatFundingRate(null)).toBe('–');
});
