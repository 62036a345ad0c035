import { expect, test } from 'vitest';
import { decimalsOf, formatPrice } from '../../../web/src/format/price.ts';

test('a price has five significant digits, and at least two decimals', () => {
  const texts = [64_123.456, 1234.5, 12.3456, 1, 0.123456, 0.00001234567].map((price) => formatPrice(price));
  expect(texts).toEqual(['64,123.46', '1,234.50', '12.346', '1.0000', '0.12346', '0.000012346']);
});

test.each([
  [1e-12, '1.0000e-12'],
  [1.234e-8, '0.000000012340'],
  [0, '0.00'],
  [-0, '0.00'],
  [-0.5, '-0.50000'],
  [-0.001 / 1e300, '-1.0000e-303'],
  [-64_123.456, '-64,123.46'],
  [1e15, '1,000,000,000,000,000.00'],
  [9.99999e22, '99,999,900,000,000,000,000,000.00'],
])('%d is %s', (price, text) => {
  expect(formatPrice(price)).toBe(text);
});

test.each([
  [0.01, 2],
  [0.5, 1],
  [0.25, 2],
  [1, 0],
  [10, 0],
  [25, 0],
  [1e-8, 8],
  [0.1 + 0.2, 1],
])('a step of %d has %d decimals', (step, decimals) => {
  expect(decimalsOf(step)).toBe(decimals);
});

test('all prices of a market have the decimals of its step', () => {
  expect([64_123, 0.5, 1e15].map((price) => formatPrice(price, 0.5))).toEqual([
    '64,123.0',
    '0.5',
    '1,000,000,000,000,000.0',
  ]);
  expect(formatPrice(64_125, 25)).toBe('64,125');
  expect(formatPrice(0.00001234, 1e-8)).toBe('0.00001234');
});

test('a step that is not one counts as unknown', () => {
  for (const step of [0, -1]) expect(formatPrice(1, step)).toBe('1.0000');
});

test('a price that is smaller than the step does not become zero', () => {
  expect(formatPrice(0.000123, 0.01)).toBe('0.00012300');
  expect(formatPrice(0, 0.01)).toBe('0.00');
  expect(formatPrice(-0.01, 0.01)).toBe('-0.01');
});

test('no price is a dash', () => {
  expect(formatPrice(null)).toBe('–');
  expect(formatPrice(null, 0.01)).toBe('–');
});
