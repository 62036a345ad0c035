import { expect, test } from 'vitest';
import { contractSize, formatQuantity, quantityUnit } from '../../../web/src/market/quantity.ts';
import { spot } from './spot.ts';

test('amounts have the decimals of the market, and large ones a letter', () => {
  expect(formatQuantity(0.5, 0.00001)).toBe('0.50000');
  expect(formatQuantity(9_999_999, 1)).toBe('9,999,999');
  expect(formatQuantity(12_345_678, 1)).toBe('12.35M');
  expect(formatQuantity(null, 1)).toBe('–');
});

test('amounts are in coins where that is known, otherwise in a unit of the exchange', () => {
  const swap = { ...spot, type: 'SWAP', inverse: false } as const;
  expect(quantityUnit(spot)).toBe('BTC');
  expect(quantityUnit({ ...swap, contractSize: 1 })).toBe('BTC');
  expect(quantityUnit({ ...swap, contractSize: 0.01 })).toBe('own unit');
  expect(quantityUnit({ ...swap, contractSize: 1, inverse: true })).toBe('own unit');
  expect(quantityUnit(null)).toBe('');
});

test('the size of a contract is in base currency, of an inverse one in quote currency', () => {
  expect(contractSize(spot)).toBeNull();
  expect(contractSize({ ...spot, contractSize: 0.01, inverse: false })).toBe('0.01 BTC');
  expect(contractSize({ ...spot, contractSize: 100, inverse: true, quote: 'USD' })).toBe('100 USD');
});
