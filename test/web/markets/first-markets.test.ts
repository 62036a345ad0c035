import { expect, test } from 'vitest';
import type { ExchangeInfo } from '../../../web/src/client/exchanges.ts';
import { toFirstMarkets } from '../../../web/src/markets/first-markets.ts';

const kraken: ExchangeInfo = { id: 'kraken', name: 'Kraken', simulated: false, timeframes: [], has: [] };
const sim: ExchangeInfo = { ...kraken, id: 'sim', simulated: true };

test('the first list has markets of the built-in exchange, and is empty without it', () => {
  const exchanges = new Map([kraken, sim].map((exchange) => [exchange.id, exchange]));
  expect(toFirstMarkets(exchanges)).toContainEqual({ exchange: 'sim', symbol: 'ETH/USDT' });
  exchanges.delete('sim');
  expect(toFirstMarkets(exchanges)).toEqual([]);
});
