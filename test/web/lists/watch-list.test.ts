import { describe, expect, test } from 'vitest';
import {
  parseWatchList,
  placeMarket,
  removeMarket,
  toFreeName,
  withoutDuplicates,
} from '../../../web/src/lists/watch-list.ts';

const list = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'].map((symbol) => ({ exchange: 'sim', symbol }));

describe('the markets of a list', () => {
  test.each([
    [0, 'SOL BTC ETH'],
    [1, 'BTC SOL ETH'],
    [2, 'BTC ETH SOL'],
    [9, 'BTC ETH SOL'],
  ])('a market moves to place %d', (index, expected) => {
    const moved = placeMarket(list, { exchange: 'sim', symbol: 'SOL/USDT' }, index);
    expect(moved.map(({ symbol }) => symbol.slice(0, 3)).join(' ')).toBe(expected);
  });

  test('a market of another exchange is another market', () => {
    const other = { exchange: 'kraken', symbol: 'BTC/USDT' };
    expect(removeMarket(list, other)).toEqual(list);
    expect(placeMarket(list, other, 0)).toEqual([other, ...list]);
  });

  test('a market that is named twice is in the list once, at its first place', () => {
    expect(withoutDuplicates([...list, ...list])).toEqual(list);
  });
});

test('a name that is taken gets the first free number', () => {
  const lists = ['Majors', 'Majors 2'].map((name) => ({ name, markets: [] }));
  expect(toFreeName('Minors', lists)).toBe('Minors');
  expect(toFreeName('Majors', lists)).toBe('Majors 3');
});

test('reads a list, and leaves out what is not a market', () => {
  const markets = [...list, null, 'kraken:BTC/USD', { exchange: 'kraken' }, { exchange: '', symbol: 'X' }, ...list];
  expect(parseWatchList({ name: 'Majors', markets, version: 9 })).toEqual({ name: 'Majors', markets: list });
});

test.each([null, 7, 'Majors', [], {}, { name: 'Majors' }, { name: '', markets: [] }, { name: 7, markets: [] }])(
  'does not take %j for a list',
  (value) => expect(parseWatchList(value)).toBeNull(),
);
