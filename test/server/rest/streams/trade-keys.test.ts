import { expect, test } from 'vitest';
import { toTradeId } from '../../../../src/graphql/types/node-id.ts';
import type { Trade } from '../../../../src/market/model/trade.ts';
import { hasTrade, toNewestKeys, toTradeKey } from '../../../../src/server/rest/streams/trade-keys.ts';

const trade: Trade = {
  ...{ exchange: 'bybit', symbol: 'BTC/USDT:USDT', id: '7', timestamp: 5, price: 1.5, amount: 2 },
  ...{ cost: 3, side: 'buy' },
};

test('the key of a trade is the part of its id that distinguishes it in its market', () => {
  expect(toTradeKey(toTradeId(trade))).toBe('7');
  expect(toTradeKey(toTradeId({ ...trade, id: 'a:b,c' }))).toBe('a%3Ab%2Cc');
  expect(toTradeKey(toTradeId({ ...trade, id: null, nth: 2 }))).toBe('5,buy,1.5,2,2');
  expect(toTradeKey(null)).toBe('');
});

test.each([
  [[], []],
  [['7'], ['7']],
  // Longer than the numbers that JavaScript can tell apart.
  [['9007199254740992', '9007199254740993', '999'], ['9007199254740993']],
  [
    ['b-1', 'a-2'],
    ['b-1', 'a-2'],
  ],
  [
    ['1', 'a-2'],
    ['1', 'a-2'],
  ],
])('of the keys %j, the position names %j', (keys, newest) => {
  expect(toNewestKeys(keys)).toEqual(newest);
});

test.each([
  [['7'], '7', true],
  [['7'], '6', true],
  [['1000'], '999', true],
  [['9007199254740992'], '9007199254740993', false],
  [['7'], '10', false],
  [['b', 'a'], 'a', true],
  [['b'], 'a', false],
  [['b'], '1', false],
  [['7'], 'a', false],
  [['a', '7'], '6', true],
  [[], '1', false],
])('a client with the trades %j has trade %s: %s', (keys, key, has) => {
  expect(hasTrade(keys, key)).toBe(has);
});
