import { expect, test } from 'vitest';
import { isSwapOrFuture } from '../../../web/src/market/market-info.ts';
import { spot } from './spot.ts';

test.each([
  ['BTC/USDT', false],
  ['BTC/USDT:USDT', true],
  ['BTC/USD:BTC-260626', true],
  ['BTC/USD:BTC-260626-70000-C', false],
])('before the exchange has answered, %s is taken for a swap or a future: %s', (symbol, expected) => {
  expect(isSwapOrFuture(symbol, null)).toBe(expected);
});

test('then its type decides', () => {
  expect(isSwapOrFuture('BTC/USDT:USDT', { ...spot, type: 'FUTURE' })).toBe(true);
  expect(isSwapOrFuture('BTC/USDT:USDT', { ...spot, type: 'OPTION' })).toBe(false);
});
