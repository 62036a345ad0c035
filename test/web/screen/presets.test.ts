import { expect, test } from 'vitest';
import { parseAddress, type ScreenView, screener } from '../../../web/src/address/address.ts';
import { findPreset, presets, toVariables } from '../../../web/src/screen/presets.ts';

const toScreen = (address: string): ScreenView => {
  const view = parseAddress(address);
  return view.kind === 'screen' ? view : expect.fail(`${address} is not a screen`);
};

test('the address decides what the server is asked for', () => {
  const view = toScreen('#/screen/kraken?type=SPOT&quote=USD&min=1000&rank=PERCENTAGE&order=asc&first=25');
  expect(toVariables(view, 'kraken')).toEqual({
    exchange: 'kraken',
    type: 'SPOT',
    quote: 'USD',
    minQuoteVolume: 1000,
    rankBy: 'PERCENTAGE',
    order: 'ASC',
    first: 25,
  });
});

test('what an address cannot mean has its default, and an empty quote currency is all of them', () => {
  const view = toScreen('#/screen/sim?type=BOND&quote=&min=-1&rank=LUCK&order=up&first=many');
  expect(toVariables(view, 'sim')).toEqual(toVariables(screener, 'sim'));
});

test('each preset is found again by its ranking; a ranking without one has none', () => {
  for (const preset of presets) expect(findPreset({ ...screener, ...preset })).toBe(preset);
  expect(findPreset(screener)?.value).toBe('volume');
  expect(findPreset({ ...screener, rankBy: 'LAST' })).toBeNull();
});
