import { expect, test } from 'vitest';
import { toSymbol } from '../../../src/server/fields/symbols.ts';

test.each([
  ['BTC/USDT', 'BTC/USDT'],
  ['BTC-USDT', 'BTC/USDT'],
  ['BTC//USDT', 'BTC/USDT'],
  ['BTC-USDT:USDT', 'BTC/USDT:USDT'],
  ['BTC/USD:BTC-240628-60000-C', 'BTC/USD:BTC-240628-60000-C'],
  ['BTC-USD:BTC-240628-60000-C', 'BTC/USD:BTC-240628-60000-C'],
  ['BTCUSDT', 'BTCUSDT'],
  ['', ''],
])('%s is %s', (text, symbol) => {
  expect(toSymbol(text)).toBe(symbol);
});
