import { expect, test } from 'vitest';
import { parseKeptLists } from '../../../web/src/lists/kept-lists.ts';

const markets = [{ exchange: 'sim', symbol: 'BTC/USDT' }];

test('reads what this version keeps', () => {
  const kept = { lists: [{ name: 'Majors', markets }], current: 'Majors' };
  expect(parseKeptLists(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
});

test('leaves out what is not a list, and keeps names apart', () => {
  const value = { lists: [{ name: 'A', markets }, 7, { name: 'A', markets: [] }], current: 3, theme: 'dark' };
  expect(parseKeptLists(value)).toEqual({
    lists: [
      { name: 'A', markets },
      { name: 'A 2', markets: [] },
    ],
    current: null,
  });
});

test.each([null, 'lists', [], {}, { lists: {} }])('does not take %j for lists', (value) => {
  expect(parseKeptLists(value)).toBeNull();
});
