import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { home, parseAddress, type View } from '../../../web/src/address/address.ts';
import { toOperation } from '../../../web/src/app/view-operation.ts';

const schema = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));

const markets = [
  { exchange: 'sim', symbol: 'BTC/USDT' },
  { exchange: 'odd', symbol: 'A"B\\C\n/USD:USD' },
];

test.each<View>([
  home,
  { ...home, name: 'Majors', markets, sorting: { by: 'last', descending: true } },
  { ...home, markets: [] },
  parseAddress('#/screen'),
  parseAddress('#/screen/kraken?type=SPOT&quote=USD&rank=PERCENTAGE&order=asc'),
  parseAddress('#/screen/kraken?type=SWAP){__typename}&quote="&rank=a b'),
  parseAddress('#/market/sim/BTC/USDT:USDT?timeframe=1h'),
  parseAddress('#/market/sim/BTC/USDT'),
])('%j is a valid operation', (view) => {
  expect(validate(schema, parse(toOperation(view)))).toEqual([]);
});

test('it has all that the address has', () => {
  const screen = toOperation(parseAddress('#/screen/kraken?type=SPOT&quote=USD&rank=PERCENTAGE&order=asc'));
  for (const part of ['exchange: "kraken"', 'type: SPOT', 'quote: "USD"', 'rankBy: PERCENTAGE', 'order: ASC']) {
    expect(screen).toContain(part);
  }
  expect(toOperation({ ...home, markets })).toContain('{ exchange: "sim", symbol: "BTC/USDT" }');
  expect(toOperation(parseAddress('#/market/sim/BTC/USDT?timeframe=1h'))).toContain('timeframe: "1h"');
});

test('a list of the browser is written out', () => {
  expect(toOperation(home, [{ exchange: 'kraken', symbol: 'ETH/USD' }])).toContain('symbol: "ETH/USD"');
});
