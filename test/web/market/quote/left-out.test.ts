import { expect, test } from 'vitest';
import { describeExclusion, type ExchangeQuote } from '../../../../web/src/market/quote/left-out.ts';

const ticker = { last: 100, bid: 99, ask: 101, receivedAt: 0, source: 'STREAM', stale: false } as const;
const used: ExchangeQuote = {
  exchange: { id: 'kraken' },
  leftOut: null,
  bidLeftOut: null,
  askLeftOut: null,
  errorCode: null,
  ticker,
};

test('an exchange that contributes all its prices needs no words', () => {
  expect(describeExclusion(used)).toBeNull();
});

test.each([
  ['NOT_LISTED', 'not listed there'],
  ['NO_PRICE', 'no price'],
  ['OUTLIER', 'too far from the others'],
  ['STALE', 'too old'],
] as const)('%s is said as "%s"', (leftOut, words) => {
  expect(describeExclusion({ ...used, leftOut })).toBe(words);
});

test('a failure is said by its code; without one, nothing has come yet', () => {
  const failed = { ...used, leftOut: 'FAILED', ticker: null } as const;
  expect(describeExclusion({ ...failed, errorCode: 'EXCHANGE_UNAVAILABLE' })).toBe('cannot be reached');
  expect(describeExclusion({ ...failed, errorCode: 'SOMETHING_NEW' })).toBe('failed (SOMETHING_NEW)');
  expect(describeExclusion(failed)).toBe('has sent nothing yet');
});

test('single sides are named', () => {
  expect(describeExclusion({ ...used, bidLeftOut: 'NO_PRICE' })).toBe('bid: no price');
  expect(describeExclusion({ ...used, bidLeftOut: 'NO_PRICE', askLeftOut: 'OUTLIER' })).toBe(
    'bid: no price, ask: too far from the others',
  );
});

test('an exchange whose bid is above its own ask is said to be that', () => {
  const crossed = { ...ticker, bid: 102 };
  const quote = { ...used, bidLeftOut: 'OUTLIER', askLeftOut: 'OUTLIER', ticker: crossed } as const;
  expect(describeExclusion(quote)).toBe('bid above its own ask');
});
