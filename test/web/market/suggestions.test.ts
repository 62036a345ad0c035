import { expect, test } from 'vitest';
import { toSuggestions } from '../../../web/src/market/suggestions.ts';

const market = { exchange: 'krakn', symbol: 'BTC/USDX' };

test('an unknown symbol suggests others of the exchange, an unknown exchange the same symbol elsewhere', () => {
  expect(toSuggestions(market, { code: 'SYMBOL_NOT_FOUND', suggestions: ['BTC/USD'] })).toEqual([
    { exchange: 'krakn', symbol: 'BTC/USD' },
  ]);
  expect(toSuggestions(market, { code: 'EXCHANGE_NOT_FOUND', suggestions: ['kraken'] })).toEqual([
    { exchange: 'kraken', symbol: 'BTC/USDX' },
  ]);
});

test('other errors, and what is no list of texts, suggest nothing', () => {
  expect(toSuggestions(market, { code: 'TIMEOUT', suggestions: ['BTC/USD'] })).toEqual([]);
  expect(toSuggestions(market, { code: 'SYMBOL_NOT_FOUND' })).toEqual([]);
  expect(toSuggestions(market, { code: 'SYMBOL_NOT_FOUND', suggestions: [1, null] })).toEqual([]);
});
