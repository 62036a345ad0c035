import { expect, test } from 'vitest';
import { type Trade, TradeList } from '../../../../web/src/market/trades/trade-list.ts';

const trade = (id: string, timestamp: number): Trade => ({ id, timestamp, side: 'BUY', price: 1, amount: 1 });
const idsOf = ({ trades }: TradeList): readonly string[] => trades.map(({ id }) => id);

test('the newest trade comes first, and the oldest make way', () => {
  const list = new TradeList(3);
  list.replace([trade('a', 1), trade('b', 2)]);
  list.add([trade('c', 3), trade('d', 4)]);
  expect(idsOf(list)).toEqual(['d', 'c', 'b']);
});

test('a trade that comes twice is listed once', () => {
  const list = new TradeList(5);
  list.replace([trade('a', 1), trade('b', 2)]);
  list.add([trade('b', 2), trade('c', 3)]);
  expect(idsOf(list)).toEqual(['c', 'b', 'a']);
});

test('a new subscription begins at the newest trade, whose millisecond is listed once although ids differ', () => {
  const list = new TradeList(5);
  list.replace([trade('a', 1), trade('b', 2), trade('c', 2)]);
  expect(list.resume()).toBe(2);
  list.add([trade('stream-b', 2), trade('stream-c', 2), trade('stream-d', 3)]);
  expect(idsOf(list)).toEqual(['stream-d', 'stream-c', 'stream-b', 'a']);
});

test('only the first event after that replaces trades', () => {
  const list = new TradeList(5);
  list.replace([trade('a', 1)]);
  list.resume();
  list.add([trade('a', 1), trade('b', 1)]);
  list.add([trade('c', 1)]);
  expect(idsOf(list)).toEqual(['c', 'b', 'a']);
});

test('without a trade, a subscription begins with live ones', () => {
  const list = new TradeList(5);
  expect(list.resume()).toBeNull();
  list.add([trade('a', 1)]);
  expect(idsOf(list)).toEqual(['a']);
});

test('the answer to a query replaces the list', () => {
  const list = new TradeList(5);
  list.replace([trade('a', 1)]);
  list.resume();
  list.replace([trade('x', 8), trade('y', 9)]);
  expect(idsOf(list)).toEqual(['y', 'x']);
});
