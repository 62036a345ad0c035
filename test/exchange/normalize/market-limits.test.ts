import { expect, it, test } from 'vitest';
import { toLimits } from '../../../src/exchange/normalize/market-limits.ts';
import { noBounds, noLimits } from '../../../src/market/model/market.ts';

it.each([
  ['both bounds', { min: 0.001, max: 9000 }, { min: 0.001, max: 9000 }],
  ['a minimum alone', { min: 5, max: undefined }, { min: 5, max: null }],
  ['a maximum of zero, which means none', { min: 5, max: 0 }, { min: 5, max: null }],
  ['a negative bound', { min: -1, max: 10 }, { min: null, max: 10 }],
  ['a minimum above the maximum', { min: 10, max: 1 }, noBounds],
  ['equal bounds', { min: 1, max: 1 }, { min: 1, max: 1 }],
  ['the largest exact number, which means none', { min: 1, max: Number.MAX_SAFE_INTEGER }, { min: 1, max: null }],
  ['billions of a cheap coin', { min: 1, max: 9e14 }, { min: 1, max: 9e14 }],
  ['infinity', { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY }, noBounds],
  ['no number', { min: Number.NaN, max: '5' }, noBounds],
  ['nothing', undefined, noBounds],
])('%s', (_name, cost, expected) => {
  expect(toLimits({ amount: {}, price: {}, cost }).cost).toEqual(expected);
});

test.each([undefined, null, 5, 'none', {}, { amount: null, price: 1, cost: {} }])(
  'without limits, as in %j, all markets share one object',
  (limits) => expect(toLimits(limits)).toBe(noLimits),
);
