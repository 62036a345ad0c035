import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSameBook, type OrderBook, toDepth } from '../../../src/market/model/order-book.ts';
import { midOf, spreadOf } from '../../../src/market/model/spread.ts';
import { requireLimit } from '../../../src/market/row-limits.ts';

const book: OrderBook = {
  exchange: 'kraken',
  symbol: 'BTC/USD',
  timestamp: null,
  receivedAt: 0,
  bids: [3, 2, 1].map((price) => ({ price, amount: price })),
  asks: [4, 5].map((price) => ({ price, amount: price })),
  stale: false,
};

test.each([
  [0.1, 0.3, 0.2, 0.2],
  [64999.99, 65000.01, 0.02, 65000],
  [1.1, 1.2, 0.1, 1.15],
  [1e-9, 3e-9, 2e-9, 2e-9],
  [1.5e-10, 2.5e-10, 1e-10, 2e-10],
  [5e-324, 5e-324, 0, 5e-324],
  [10, 10, 0, 10],
  // A crossed book has a negative spread.
  [10.5, 10.25, -0.25, 10.375],
])('bid %d and ask %d have a spread of %d and a mid price of %d', (bid, ask, spread, mid) => {
  expect(spreadOf(bid, ask)).toBeCloseTo(spread, 12);
  if (bid > 1e-300) expect([spreadOf(bid, ask), midOf(bid, ask)]).toEqual([spread, mid]);
});

test('without a bid or an ask there is no spread and no mid price', () => {
  expect([spreadOf(undefined, 1), spreadOf(1, undefined), midOf(undefined, 1), midOf(1, undefined)]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

test('spread and mid price are exact in decimals', () => {
  const price = fc.tuple(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 0, max: 8 }));
  fc.assert(
    fc.property(price, price, ([a, places], [b]) => {
      const [bid, ask] = [a / 10 ** places, b / 10 ** places];
      expect(spreadOf(bid, ask)).toBe((b - a) / 10 ** places);
      expect(midOf(bid, ask)).toBeCloseTo((a + b) / 2 / 10 ** places, 9);
    }),
  );
});

describe('a book', () => {
  test('is the same if its best levels are the same', () => {
    const deeper = { ...book, bids: [...book.bids.slice(0, 2), { price: 1, amount: 9 }] };
    expect([isSameBook(book, deeper, 2), isSameBook(book, deeper, 3), isSameBook(book, deeper)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(isSameBook(book, { ...book, bids: book.bids.slice(0, 2) }, 2)).toBe(true);
    expect(isSameBook(book, { ...book, bids: book.bids.slice(0, 1) }, 2)).toBe(false);
    expect(isSameBook(book, { ...book, stale: true }, 1)).toBe(false);
    expect(isSameBook(book, { ...book, receivedAt: 5, timestamp: 5 })).toBe(true);
    expect(isSameBook(book, { ...book, asks: [{ price: 4, amount: 5 }] }, 1)).toBe(false);
  });

  test('is cut to a depth; a book that is not deeper is returned unchanged', () => {
    expect(toDepth(book, 2)).toEqual({ ...book, bids: book.bids.slice(0, 2) });
    expect(toDepth(book, 3)).toBe(book);
  });
});

test('a limit must be from 1 to 1000', () => {
  expect([requireLimit(1, {}), requireLimit(1000, {})]).toEqual([1, 1000]);
  for (const limit of [0, -1, 1001, Number.NaN])
    expect(() => requireLimit(limit, {})).toThrow(/limit is .*; it must be from 1 to 1000/);
});
