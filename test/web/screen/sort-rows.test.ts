import { expect, test } from 'vitest';
import { toRows } from '../../../web/src/screen/screen-rows.ts';
import { sortRows } from '../../../web/src/screen/sort-rows.ts';
import { toTicker } from './tickers.ts';

const rows = toRows([
  toTicker('B/USDT', { last: 2, quoteVolume: null }),
  toTicker('A/USDT', { last: 1, quoteVolume: 5 }),
  toTicker('C/USDT', { last: 2, quoteVolume: 9 }),
]);

const symbolsBy = (by: string, descending: boolean): readonly string[] =>
  sortRows(rows, { by, descending }).map(({ symbol }) => symbol.slice(0, 1));

test('rows are sorted by a column in both directions, and equal ones stay as they are ranked', () => {
  expect(symbolsBy('last', false)).toEqual(['A', 'B', 'C']);
  expect(symbolsBy('last', true)).toEqual(['B', 'C', 'A']);
  expect(symbolsBy('symbol', true)).toEqual(['C', 'B', 'A']);
});

test('rows without a value come last in both directions', () => {
  expect(symbolsBy('volume', false)).toEqual(['A', 'C', 'B']);
  expect(symbolsBy('volume', true)).toEqual(['C', 'A', 'B']);
});

test('without a column, or with one that there is not, the order is the ranking of the server', () => {
  expect(sortRows(rows, null)).toBe(rows);
  expect(symbolsBy('toString', true)).toEqual(['B', 'A', 'C']);
});
