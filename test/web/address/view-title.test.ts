import { expect, test } from 'vitest';
import { home, parseAddress } from '../../../web/src/address/address.ts';
import { toTitle } from '../../../web/src/address/view-title.ts';

test('each view has a title', () => {
  expect(toTitle(home)).toBe('Watch list');
  expect(toTitle({ ...home, name: 'Majors' })).toBe('Majors');
  expect(toTitle(parseAddress('#/screen'))).toBe('Screener');
  expect(toTitle(parseAddress('#/screen/kraken'))).toBe('Screener of kraken');
  expect(toTitle(parseAddress('#/market/sim/BTC/USDT'))).toBe('BTC/USDT on sim');
});
