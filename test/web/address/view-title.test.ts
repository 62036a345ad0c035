import { expect, test } from 'vitest';
import { home, parseAddress } from '../../../web/src/address/address.ts';
import { toPage, toTitle } from '../../../web/src/address/view-title.ts';

test('each view has a title', () => {
  expect(toTitle(home)).toBe('Watch list');
  expect(toTitle({ ...home, name: 'Majors' })).toBe('Majors');
  expect(toTitle(parseAddress('#/screen'))).toBe('Screener');
  expect(toTitle(parseAddress('#/screen/kraken'))).toBe('Screener of kraken');
  expect(toTitle(parseAddress('#/market/sim/BTC/USDT'))).toBe('BTC/USDT on sim');
});

test('another list or exchange is the same page, another market or kind of view is another one', () => {
  const pages = [
    '#/markets?name=A',
    '#/markets?name=B',
    '#/screen/kraken',
    '#/screen/sim',
    '#/market/sim/A',
    '#/market/sim/B',
  ];
  expect(pages.map((address) => toPage(parseAddress(address)))).toEqual([
    'markets',
    'markets',
    'screen',
    'screen',
    'A on sim',
    'B on sim',
  ]);
});
