import { expect, test } from 'vitest';
import { toBasisPoints, toBookRows } from '../../../../web/src/market/book/book-rows.ts';

const level = (price: number, amount: number) => ({ price, amount });

test('totals grow away from the spread, and the deepest level of both sides has the full bar', () => {
  const { asks, bids } = toBookRows([level(101, 1), level(102, 3)], [level(100, 2), level(99, 6)], 2);
  expect(asks).toEqual([
    { price: 102, amount: 3, total: 4, depth: 0.5 },
    { price: 101, amount: 1, total: 1, depth: 0.125 },
  ]);
  expect(bids).toEqual([
    { price: 100, amount: 2, total: 2, depth: 0.25 },
    { price: 99, amount: 6, total: 8, depth: 1 },
  ]);
});

test('the number of rows is always the same: missing levels are empty rows away from the spread', () => {
  const { asks, bids } = toBookRows([level(101, 1)], [], 3);
  expect(asks.map((row) => row?.price ?? null)).toEqual([null, null, 101]);
  expect(bids).toEqual([null, null, null]);
});

test('levels beyond the number of rows count neither as rows nor in the bars', () => {
  const { asks } = toBookRows([level(101, 1), level(102, 1), level(103, 98)], [], 2);
  expect(asks.map((row) => row?.depth)).toEqual([1, 0.5]);
});

test('a level of amount 0 has no bar', () => {
  expect(toBookRows([level(101, 0)], [], 1).asks[0]?.depth).toBe(0);
});

test('the spread in basis points is null without a spread, and below zero while the book is crossed', () => {
  expect(toBasisPoints(2, 20_000)).toBeCloseTo(1);
  expect(toBasisPoints(-2, 20_000)).toBeCloseTo(-1);
  expect(toBasisPoints(null, 100)).toBeNull();
  expect(toBasisPoints(1, 0)).toBeNull();
});
