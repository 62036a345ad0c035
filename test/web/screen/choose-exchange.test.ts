import { expect, test } from 'vitest';
import type { ExchangeInfo } from '../../../web/src/client/exchanges.ts';
import { chooseExchange, listRankable } from '../../../web/src/screen/choose-exchange.ts';

const toExchange = (id: string, has: ExchangeInfo['has']): ExchangeInfo => {
  return { id, name: id, simulated: id === 'sim', timeframes: [], has };
};

const toMap = (...exchanges: readonly ExchangeInfo[]): ReadonlyMap<string, ExchangeInfo> =>
  new Map(exchanges.map((exchange) => [exchange.id, exchange]));

const bare = toExchange('bare', ['TICKER']);
const kraken = toExchange('kraken', ['TICKERS']);
const sim = toExchange('sim', ['TICKERS']);

test('the last used exchange is chosen, as long as the server has it', () => {
  expect(chooseExchange(toMap(bare, kraken, sim), 'kraken')).toBe('kraken');
  expect(chooseExchange(toMap(bare, kraken, sim), 'gone')).toBe('sim');
});

test('without one, it is the simulated exchange, or the first that has all tickers in one call', () => {
  expect(chooseExchange(toMap(bare, kraken, sim), null)).toBe('sim');
  expect(chooseExchange(toMap(bare, kraken), null)).toBe('kraken');
  expect(listRankable(toMap(bare, kraken, sim))).toEqual([kraken, sim]);
});

test('where none has them, the server says so about the first; without exchanges there is none', () => {
  expect(chooseExchange(toMap(bare), null)).toBe('bare');
  expect(chooseExchange(toMap(), null)).toBeNull();
});
