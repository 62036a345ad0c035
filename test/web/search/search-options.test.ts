import { expect, test } from 'vitest';
import type { Answer } from '../../../web/src/search/market-search.ts';
import { findBest, listOptions, moveBy } from '../../../web/src/search/search-options.ts';

const toAnswer = (exchange: string, ...symbols: readonly string[]): Answer => {
  const markets = symbols.map((symbol) => ({ symbol, type: 'SPOT', base: '', quote: '', active: true }));
  return { exchange, markets, totalCount: symbols.length, failure: null };
};

const options = listOptions(['kraken'], [toAnswer('sim', 'BTC/USDT', 'BTC/USD'), toAnswer('kraken', 'BTC/USD')]);
const [exchange = null, first = null, second = null, last = null] = options;

test('options are the exchanges, then the markets of each exchange; ids differ', () => {
  expect(options.map(({ market }) => market)).toEqual([
    null,
    { exchange: 'sim', symbol: 'BTC/USDT' },
    { exchange: 'sim', symbol: 'BTC/USD' },
    { exchange: 'kraken', symbol: 'BTC/USD' },
  ]);
  expect(new Set(options.map(({ id }) => id)).size).toBe(4);
});

test('the best option is the exchange that is named, else the first market, else the first exchange', () => {
  expect(findBest(options, 'kraken')).toBe(exchange);
  expect(findBest(options, null)).toBe(first);
  expect(findBest(options, 'binance')).toBe(first);
  expect(findBest(listOptions(['kraken'], []), null)).toEqual(exchange);
  expect(findBest([], null)).toBeNull();
});

test('the arrows move through all options, and from the last to the first', () => {
  expect(moveBy(options, first, 1)).toBe(second);
  expect(moveBy(options, first, -1)).toBe(exchange);
  expect(moveBy(options, last, 1)).toBe(exchange);
  expect(moveBy(options, exchange, -1)).toBe(last);
  expect(moveBy(options, null, 1)).toBe(exchange);
  expect(moveBy(options, null, -1)).toBe(last);
  expect(moveBy([], null, 1)).toBeNull();
});
