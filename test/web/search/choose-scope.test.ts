import { expect, test } from 'vitest';
import { home, screener } from '../../../web/src/address/address.ts';
import { chooseScope } from '../../../web/src/search/choose-scope.ts';
import { toExchanges } from './exchanges.ts';

const ids = Array.from({ length: 20 }, (_, index) => `x${index}`);
const many = toExchanges({ ...Object.fromEntries(ids.map((id) => [id, id])), sim: 'Simulated' });
const few = toExchanges({ a: 'A', b: 'B', sim: 'Simulated' });

const on = (exchange: string) => ({ exchange, symbol: 'BTC/USDT' });

test('the exchange of the view comes first, then those of the watch list, then the simulated one', () => {
  expect(chooseScope({ ...screener, exchange: 'x9' }, [on('x3'), on('x9'), on('x4')], many)).toEqual([
    'x9',
    'x3',
    'x4',
    'sim',
  ]);
  expect(chooseScope({ kind: 'market', ...on('x1'), timeframe: null }, [], many)).toEqual(['x1', 'sim']);
  expect(chooseScope({ ...home, markets: [on('x5'), on('x6')] }, [], many)).toEqual(['x5', 'x6', 'sim']);
});

test('all exchanges are searched only if the server has few', () => {
  expect(chooseScope({ ...screener, exchange: 'b' }, [], few)).toEqual(['b', 'sim', 'a']);
  expect(chooseScope(screener, [], many)).toEqual(['sim']);
});

test('a long watch list does not make a search ask every exchange, nor one that the server does not have', () => {
  expect(chooseScope(home, ids.map(on), many)).toEqual(ids.slice(0, 10));
  expect(chooseScope({ ...screener, exchange: 'gone' }, [on('lost')], many)).toEqual(['sim']);
});
