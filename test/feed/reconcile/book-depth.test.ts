import { beforeEach, expect, test } from 'vitest';
import { BookDepth } from '../../../src/feed/reconcile/book-depth.ts';
import type { OrderBook } from '../../../src/market/model/order-book.ts';

let depth: BookDepth;

beforeEach(() => {
  depth = new BookDepth();
});

function bookOf(levels: number): OrderBook {
  const side = Array.from({ length: levels }, (_, index) => ({ price: index + 1, amount: 1 }));
  const market = { exchange: 'kraken', symbol: 'BTC/USDT', timestamp: null, receivedAt: 0, stale: false };
  return { ...market, bids: side, asks: side };
}

test('the book must be as deep as the deepest subscriber wants, and stays so when the last one leaves', () => {
  const [shallow, deep, other] = [depth.claim(5), depth.claim(50), depth.claim(10)];
  expect(depth.wanted).toBe(50);
  deep.release();
  expect(depth.wanted).toBe(10);
  other.release();
  shallow.release();
  shallow.release();
  expect(depth.wanted).toBe(5);
  depth.claim(1);
  expect(depth.wanted).toBe(1);
});

test('a subscriber that wants more than the latest book was made for needs a call', () => {
  expect([depth.claim(5).isCovered, depth.isLacking]).toEqual([false, true]);
  depth.onFetched({ book: bookOf(5), askedDepth: 5 });
  expect([depth.claim(5).isCovered, depth.isLacking]).toEqual([true, false]);
  expect([depth.claim(20).isCovered, depth.isLacking]).toEqual([false, true]);
  expect([5, 6].map((askedDepth) => depth.isWidenedBy({ book: bookOf(5), askedDepth }))).toEqual([false, true]);
});

test('a streamed book is made for what is wanted at the time', () => {
  depth.claim(20);
  depth.onStreamed();
  expect(depth.isLacking).toBe(false);
  expect([depth.claim(20).isCovered, depth.claim(21).isCovered]).toEqual([true, false]);
});

test('a book that is shorter than wanted holds all levels only where a call has asked for them', () => {
  const book = bookOf(3);
  depth.claim(10);
  depth.onStreamed();
  expect([3, 4].map((levels) => depth.holds(book, levels))).toEqual([true, false]);
  depth.onFetched({ book, askedDepth: 10 });
  expect([4, 10, 11].map((levels) => depth.holds(book, levels))).toEqual([true, true, false]);
});
