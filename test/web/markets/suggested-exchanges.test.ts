import { expect, test } from 'vitest';
import type { ExchangeInfo } from '../../../web/src/client/exchanges.ts';
import { listSuggested } from '../../../web/src/markets/suggested-exchanges.ts';

function toExchanges(count: number): Map<string, ExchangeInfo> {
  const ids = Array.from({ length: count }, (_, index) => `x${index}`);
  return new Map(ids.map((id) => [id, { id, name: id, simulated: false, timeframes: [], has: ['TICKERS'] }]));
}

test('an empty list links to the exchanges of a server that has up to eight', () => {
  expect(listSuggested(toExchanges(8))).toHaveLength(8);
  expect(listSuggested(toExchanges(9))).toEqual([]);
});

test('an exchange whose markets cannot be ranked is not suggested', () => {
  const exchanges = toExchanges(2);
  exchanges.set('x0', { id: 'x0', name: 'x0', simulated: false, timeframes: [], has: ['TICKER'] });
  expect(listSuggested(exchanges)).toEqual(['x1']);
});
