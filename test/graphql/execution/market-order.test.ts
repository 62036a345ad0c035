import { expect, test } from 'vitest';
import { normalizeName } from '../../../src/base/suggest.ts';
import { readSymbol, SearchText } from '../../../src/graphql/execution/market-order.ts';

/** The symbols that match a text, in the order of their groups, and unchanged within a group. */
function search(text: string, ...symbols: readonly string[]): readonly string[] {
  const prepared = new SearchText(text);
  return symbols
    .map((symbol) => ({ symbol, group: prepared.groupOf(readSymbol(symbol), normalizeName(symbol)) }))
    .filter(({ group }) => group !== null)
    .sort((a, b) => Number(a.group) - Number(b.group))
    .map(({ symbol }) => symbol);
}

test.each(['BTC/USD', 'btc-usd', 'BTCUSD', 'btc usd', ' Btc_Usd '])('%j means the pair, by type', (text) => {
  const option = 'BTC/USD:BTC-261225-90000-C';
  const future = 'BTC/USD:BTC-261225';
  const swap = 'BTC/USD:BTC';
  const longer = ['BTC/USDT', 'BTC/USDC:USDC'];
  const contained = ['1000BTC/USD', 'WBTC/USD'];
  const found = search(text, ...contained, ...longer, option, future, swap, 'BTC/USD', 'ETH/USD');
  expect(found).toEqual(['BTC/USD', swap, future, option, ...longer, ...contained]);
});

test('a whole symbol comes before the other markets of its pair', () => {
  const symbols = ['BTC/USDT', 'BTC/USDT:USDT-261225', 'BTC/USDT:USDT'];
  expect(search('btc/usdt:usdt', ...symbols)).toEqual(['BTC/USDT:USDT', 'BTC/USDT:USDT-261225']);
});

test('base and quote are told apart by the separator', () => {
  expect(search('A/BC', 'AB/C', 'A/BC')).toEqual(['A/BC', 'AB/C']);
  expect(search('abc', 'XABC/D', 'A/BC', 'AB/C')).toEqual(['A/BC', 'AB/C', 'XABC/D']);
});

test('a combination of contracts belongs to its pair, although its symbol does not contain it', () => {
  const combination = { symbol: 'BTC-FS-26JUN26_PERP', base: 'BTC', quote: 'USD', type: 'future' } as const;
  const group = new SearchText('BTC/USD').groupOf(combination, 'btcfs26jun26perp');
  expect(group).toBe(new SearchText('BTC/USD').groupOf(readSymbol('BTC/USD:BTC-261225'), 'btcusdbtc261225'));
});

test.each(['币安', '/', ':'])('%j is compared as it is', (text) => {
  expect(search(text, '币安/USDT:USDT', 'ABC/')).toContain(text === '币安' || text === ':' ? '币安/USDT:USDT' : 'ABC/');
});

test.each([
  ['BTC/USDT', 'BTC', 'USDT', 'spot'],
  ['BTC/USDT:USDT', 'BTC', 'USDT', 'swap'],
  ['BTC/USDT:USDT-261225', 'BTC', 'USDT', 'future'],
  ['BTC/USDT:USDT-261225-90000-P', 'BTC', 'USDT', 'option'],
  ['BTC-FS-26JUN26_PERP', 'BTC-FS-26JUN26_PERP', '', 'spot'],
])('%s names %s against %s, a %s', (symbol, base, quote, type) => {
  expect(readSymbol(symbol)).toEqual({ symbol, base, quote, type });
});
