import { expect, test } from 'vitest';
import { toRows } from '../../../web/src/screen/screen-rows.ts';
import { toTicker } from './tickers.ts';

test('a row has its rank, its quote currency, and the figures that the server ranks by', () => {
  const market = { type: 'SWAP', pricePrecision: 0.5 } as const;
  const [, row] = toRows([
    toTicker('ETH/USD', {}),
    toTicker('BTC/USDT:USDC', { high: 110, low: 100, bid: 99, ask: 101, market }),
  ]);
  expect(row).toMatchObject({ rank: 2, quote: 'USDT', type: 'SWAP', step: 0.5, range: 10, spread: 2 });
});

test('what the exchange does not send is null, not zero', () => {
  const [bare, half, zero] = toRows([
    toTicker('A/USD', {}),
    toTicker('B/USD', { high: 1, ask: 1 }),
    toTicker('C/USD', { high: 1, low: 0, bid: 0, ask: 0 }),
  ]);
  for (const row of [bare, half, zero])
    expect(row).toMatchObject({ range: null, spread: null, step: null, type: null });
});
