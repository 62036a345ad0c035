import { expect, test } from 'vitest';
import { chooseExchanges } from '../../../../web/src/market/quote/chosen-exchanges.ts';

const few = ['binance', 'kraken', 'sim'];
const many = Array.from({ length: 100 }, (_, index) => `exchange${index}`);

test('all exchanges of a server with few are compared, the current one first', () => {
  expect(chooseExchanges({ current: 'sim', all: few, picked: null, watched: [] })).toEqual([
    'sim',
    'binance',
    'kraken',
  ]);
});

test('of many exchanges, only the current one and those of the watch list are asked', () => {
  const choice = { current: 'exchange7', all: many, picked: null, watched: ['exchange3', 'exchange7', 'gone'] };
  expect(chooseExchanges(choice)).toEqual(['exchange7', 'exchange3']);
});

test('what the viewer picked counts instead, even nothing', () => {
  expect(chooseExchanges({ current: 'sim', all: few, picked: ['kraken'], watched: [] })).toEqual(['sim', 'kraken']);
  expect(chooseExchanges({ current: 'sim', all: few, picked: [], watched: ['kraken'] })).toEqual(['sim']);
});

test('exchanges that the server no longer has are not asked: they would refuse the whole quote', () => {
  expect(chooseExchanges({ current: 'sim', all: few, picked: ['gone'], watched: [] })).toEqual(['sim']);
});

test('no more are asked than a quote takes', () => {
  const all = Array.from({ length: 300 }, (_, index) => `exchange${index}`);
  expect(chooseExchanges({ current: 'exchange0', all, picked: all, watched: [] })).toHaveLength(200);
});
