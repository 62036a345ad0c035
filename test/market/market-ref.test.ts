import { expect, it } from 'vitest';
import { marketKind } from '../../src/market/market-ref.ts';

it.each([
  ['BTC/USDT', 'spot'],
  ['', 'spot'],
  ['__proto__', 'spot'],
  ['BTC/USDT:USDT', 'linear'],
  ['BTC/USD:BTC', 'inverse'],
  ['BTC/USDT:USDT-301227', 'linear dated'],
  ['BTC/USD:BTC-301227', 'inverse dated'],
  ['ETH/USD:ETH-301227-3000-C', 'inverse option'],
  ['BTC/USDT:USDT-301227-100000-P', 'linear option'],
  ['BTC/USDT:', 'linear'],
])('%j is %s', (symbol, kind) => {
  expect(marketKind(symbol)).toBe(kind);
});
