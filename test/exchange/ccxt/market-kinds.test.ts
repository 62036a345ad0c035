import { expect, it } from 'vitest';
import { kindOfSymbol, kindsNamed } from '../../../src/exchange/ccxt/market-kinds.ts';

it.each([
  ['BTC/USDT', 'spot'],
  ['BTC/USDT:USDT', 'linear'],
  ['BTC/USDT:USDT-301227', 'linear'],
  ['BTC/USD:BTC', 'inverse'],
  ['BTC/USD:BTC-301227', 'inverse'],
  ['BTC/USD:BTC-301227-100000-C', 'option'],
  ['ETH/USDC:USDC-301227-4000-P', 'option'],
  ['nonsense', 'spot'],
] as const)('%s is of the kind %s', (symbol, kind) => {
  expect(kindOfSymbol(symbol)).toBe(kind);
});

it.each([
  ['dapiPublic exchangeInfo {}', ['inverse']],
  ['public,mix v2/mix/market/contracts {"productType":"COIN-FUTURES"}', ['inverse']],
  ['public,mix v2/mix/market/contracts {"productType":"USDC-FUTURES"}', ['linear']],
  ['public v5/market/instruments-info {"category":"option","baseCoin":"BTC"}', ['option']],
  ['contract,public swap-api/v1/swap_contract_info {}', ['linear', 'inverse']],
  ['contract,public linear-swap-api/v1/swap_contract_info {}', ['linear']],
  ['public public/instruments {"instType":"SPOT"}', ['spot']],
  ['public exchangeInfo {}', null],
] as const)('%s names %j', (request, kinds) => {
  expect(kindsNamed(request)).toEqual(kinds && new Set(kinds));
});
