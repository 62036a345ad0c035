import { expect, test } from 'vitest';
import { formatAddress, parseAddress, type ScreenView, screener } from '../../../web/src/address/address.ts';

const full: ScreenView = {
  kind: 'screen',
  exchange: 'kraken',
  type: 'SPOT',
  quote: 'USD',
  minVolume: 1e6,
  rankBy: 'PERCENTAGE',
  ascending: true,
  first: 100,
  sorting: { by: 'spread', descending: true },
};

test.each([full, screener, { ...full, quote: '' }, { ...full, minVolume: 1e21 }])('%j is restored', (view) => {
  expect(parseAddress(formatAddress(view))).toEqual(view);
});

test('a number of markets is a whole number', () => {
  expect(parseAddress('#/screen/sim?first=1.5')).toMatchObject({ first: null });
});

test('all quote currencies differ from none chosen yet', () => {
  expect(formatAddress({ ...screener, exchange: 'sim', quote: '' })).toBe('#/screen/sim?quote=');
  expect(parseAddress('#/screen/sim')).toMatchObject({ quote: null });
});
