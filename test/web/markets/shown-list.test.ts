import { describe, expect, test } from 'vitest';
import { home } from '../../../web/src/address/address.ts';
import { findShownList, withList } from '../../../web/src/markets/shown-list.ts';

const btc = { exchange: 'sim', symbol: 'BTC/USDT' };
const eth = { exchange: 'sim', symbol: 'ETH/USDT' };
const majors = { name: 'Majors', markets: [btc, eth] };
const minors = { name: 'Minors', markets: [] };

/** A browser with two lists; the first one had only one market before. */
const lists = {
  current: minors,
  find: (name: string) => [majors, minors].find((list) => list.name === name) ?? null,
  isKept: ({ name, markets }: typeof majors) => name === 'Majors' && markets.every((market) => market !== eth),
};

describe('the address names', () => {
  test('nothing: the current list', () => {
    expect(findShownList(home, lists)).toEqual({ list: minors, isKept: true });
    expect(findShownList(home, { ...lists, current: null })).toBeNull();
  });

  test('a list of this browser, or one that it does not have', () => {
    expect(findShownList({ ...home, name: 'Majors' }, lists)).toEqual({ list: majors, isKept: true });
    expect(findShownList({ ...home, name: 'Gone' }, lists)).toEqual({ list: minors, isKept: true });
  });

  test('an earlier state of a list of this browser: the list as it is now', () => {
    expect(findShownList({ ...home, name: 'Majors', markets: [btc] }, lists)).toEqual({ list: majors, isKept: true });
  });

  test('the list of another person', () => {
    const list = { name: 'Majors', markets: [eth] };
    expect(findShownList({ ...home, ...list }, lists)).toEqual({ list, isKept: false });
    const nameless = findShownList({ ...home, markets: [eth, eth] }, lists);
    expect(nameless).toEqual({ list: { name: 'Shared list', markets: [eth] }, isKept: false });
  });
});

test('the address gets the list, and stays the same when it has it', () => {
  const sorting = { by: 'last', descending: true };
  const view = withList({ ...home, sorting }, majors);
  expect(view).toEqual({ kind: 'markets', ...majors, sorting });
  expect(withList(view, { ...majors })).toBe(view);
  expect(withList({ ...home, name: 'Minors' }, minors)).toEqual({ ...home, ...minors });
});
