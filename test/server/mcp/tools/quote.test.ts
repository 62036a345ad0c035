import { expect, test } from 'vitest';
import { createMcpCalls } from '../../../support/mcp-calls.ts';

const asked = { exchanges: ['kraken', 'binance'], symbol: 'BTC/USDT' };

test('the figures are as old as the prices that they are made of', async () => {
  const { call, marketData, clock } = createMcpCalls();
  const now = clock.now();
  marketData.set('BTC/USDT', { last: 1, receivedAt: now - 400 }, 'kraken');
  marketData.set('BTC/USDT', { last: 1, receivedAt: now - 90_000, stale: true }, 'binance');
  const { data } = await call('compare_exchanges', asked);
  expect(data.freshness).toMatchObject({ ageMs: 400, stale: false });
  expect(data.exchanges).toMatchObject([
    { exchange: 'kraken', leftOut: null, stale: false },
    { exchange: 'binance', leftOut: 'STALE', stale: true, ageMs: 90_000 },
  ]);
});

test('if all prices are the last known ones, the answer is stale', async () => {
  const { call, marketData, clock } = createMcpCalls();
  marketData.set('BTC/USDT', { last: 1, receivedAt: clock.now() - 90_000, stale: true });
  const { data, text } = await call('compare_exchanges', asked);
  expect(data.quote.median).toBeNull();
  expect(data.freshness).toMatchObject({ ageMs: 90_000, stale: true });
  expect(text).toContain('STALE: ');
});
