import { beforeEach, expect, test, vi } from 'vitest';
import { createSavedLists } from '../../../web/src/lists/kept-lists.ts';
import { firstName, WatchLists } from '../../../web/src/lists/watch-lists.ts';

const btc = { exchange: 'sim', symbol: 'BTC/USDT' };
const eth = { exchange: 'sim', symbol: 'ETH/USDT' };

/** What a browser keeps. */
beforeEach(() => {
  const items = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => items.set(key, value),
  });
  return () => vi.unstubAllGlobals();
});

const open = (): WatchLists => new WatchLists(createSavedLists());

test('the first market that is added begins the first list, which a reload finds again', () => {
  const lists = open();
  expect(lists.current).toBeNull();
  lists.add(btc);
  lists.add(btc);
  lists.add(eth);
  expect(lists.current).toEqual({ name: firstName, markets: [btc, eth] });
  expect(open().current).toEqual(lists.current);
});

test('markets are added to the list that was chosen, moved in it and removed from it', () => {
  const lists = open();
  lists.create('A', [btc]);
  lists.create('B', []);
  lists.choose('A');
  lists.add(eth);
  lists.move(eth, 0);
  expect(lists.current).toEqual({ name: 'A', markets: [eth, btc] });
  lists.remove(btc);
  expect(lists.has(btc)).toBe(false);
  expect(lists.find('B')).toEqual({ name: 'B', markets: [] });
});

test('a list has a name of its own', () => {
  const lists = open();
  lists.create('A', []);
  expect(lists.create('A', [])).toBe('A 2');
  expect(lists.rename('A')).toBe('A 3');
  expect(lists.rename('A 3')).toBe('A 3');
});

test('the list before a deleted one becomes the current list', () => {
  const lists = open();
  for (const name of ['A', 'B', 'C']) lists.create(name, []);
  lists.choose('B');
  lists.delete();
  expect(lists.current?.name).toBe('A');
  lists.delete();
  expect(lists.current?.name).toBe('C');
  lists.delete();
  expect(lists.current).toBeNull();
});

test('knows a list by its name and markets, also as it was before an edit, but not that of another person', () => {
  const lists = open();
  lists.create('A', [btc]);
  lists.add(eth);
  expect(lists.isKept({ name: 'A', markets: [btc, eth] })).toBe(true);
  expect(lists.isKept({ name: 'A', markets: [btc] })).toBe(true);
  expect(lists.isKept({ name: 'A', markets: [eth] })).toBe(false);
  expect(lists.isKept({ name: 'B', markets: [btc] })).toBe(false);
});

test('takes over what another tab has changed', () => {
  const [one, other] = [open(), open()];
  other.create('A', [btc]);
  one.reload();
  expect(one.current).toEqual({ name: 'A', markets: [btc] });
  other.add(eth);
  one.reload();
  expect(one.current?.markets).toEqual([btc, eth]);
  expect(one.isKept({ name: 'A', markets: [btc] })).toBe(true);
});
