import { expect, test } from 'vitest';
import { createMcpCalls } from '../../../support/mcp-calls.ts';

test('a ranking ends after 1000 markets, and says that there may be others', async () => {
  const { call, marketData } = createMcpCalls();
  for (let index = 0; index < 1000; index += 1) marketData.set(`T${index}/USD`, { last: 1, quoteVolume: 5000 - index });
  const first = await call('screen_markets', { exchange: 'kraken', first: 2 });
  expect(first.data.cut).toMatchObject({ returned: 2, requested: 2, next: { after: 'T1/USD' } });
  const { data, text } = await call('screen_markets', { exchange: 'kraken', after: 'T990/USD' });
  expect(data.markets).toHaveLength(9);
  expect(data.cut).toMatchObject({ returned: 9, next: null });
  expect(text).toContain('ends after 1000 markets');
});

test('a ranking of all markets of an exchange says nothing of others', async () => {
  const { call, marketData } = createMcpCalls();
  for (let index = 0; index < 3; index += 1) marketData.set(`T${index}/USD`, { last: 1, quoteVolume: 10 - index });
  const { data } = await call('screen_markets', { exchange: 'kraken', quote: 'USD', minQuoteVolume: 1 });
  expect(data.markets).toHaveLength(3);
  expect(data.cut).toBeUndefined();
});
