import { expect, test } from 'vitest';
import { home, parseAddress } from '../../../web/src/address/address.ts';
import { toPageName, toTitle } from '../../../web/src/address/view-title.ts';

test('each view has a title', () => {
  expect(toTitle(home)).toBe('Watch list');
  expect(toTitle({ ...home, name: 'Majors' })).toBe('Majors');
  expect(toTitle(parseAddress('#/screen'))).toBe('Screener');
  expect(toTitle(parseAddress('#/screen/kraken'))).toBe('Screener of kraken');
  expect(toTitle(parseAddress('#/market/sim/BTC/USDT'))).toBe('BTC/USDT on sim');
});

test('what is chosen on a page does not make it another one, another market does', () => {
  const toName = (address: string): string => toPageName(parseAddress(address));
  expect(toName('#/markets?name=Majors')).toBe(toName('#/markets?name=Minors'));
  expect(toName('#/screen/kraken?rank=SPREAD')).toBe(toName('#/screen'));
  expect(toName('#/market/sim/BTC/USDT?timeframe=1h')).toBe(toName('#/market/sim/BTC/USDT'));
  expect(toName('#/market/sim/BTC/USDT')).not.toBe(toName('#/market/sim/ETH/USDT'));
  expect(toName('#/screen')).not.toBe(toName('#/'));
});
