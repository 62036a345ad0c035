import { expect, test } from 'vitest';
import type { Trade } from '../../../../src/market/model/trade.ts';
import { createMcpCalls, type McpCalls } from '../../../support/mcp-calls.ts';

const btc = { exchange: 'kraken', symbol: 'BTC/USD' };
const start = Date.UTC(2026, 0);

function trade(id: number, second: number): Trade {
  const figures = { price: 1, amount: 1, cost: 1, side: 'buy' } as const;
  return { ...btc, id: `id${id}`, timestamp: start + second * 1000, ...figures };
}

const at = (second: number): string => new Date(start + second * 1000).toISOString();

/** An exchange that returns at most `cap` trades in one call, whatever limit it is given. */
function startCapped(trades: readonly Trade[], cap: number): McpCalls {
  const made = createMcpCalls();
  made.marketData.setTrades(trades);
  const fetchTrades = made.marketData.fetchTrades.bind(made.marketData);
  made.marketData.fetchTrades = (query) => fetchTrades({ ...query, limit: Math.min(query.limit, cap) });
  return made;
}

test('all trades from a time on can be fetched, each once, from an exchange that sends only a few at once', async () => {
  // Several trades have the same time, also where a call of the exchange ends.
  const seconds = [0, 1, 2, 2, 2, 3, 4, 5, 5, 6];
  const { call } = startCapped(
    seconds.map((second, index) => trade(index, second)),
    4,
  );
  const ids: string[] = [];
  let next: object | null = {};
  for (let pages = 0; next !== null && pages < 20; pages += 1) {
    const { data, text } = await call('get_trades', { ...btc, since: at(0), ...next });
    ids.push(...data.trades.map(({ tradeId }: { readonly tradeId: string }) => tradeId));
    next = data.cut?.next ?? null;
    expect(text.includes('\nMORE: ') || text.includes('\nCUT: ')).toBe(next !== null);
  }
  expect(ids).toEqual(seconds.map((_, index) => `id${index}`));
});

test('nothing is missing if trades at or after the end were seen', async () => {
  const { call } = startCapped([trade(0, 0), trade(1, 1), trade(2, 9)], 100);
  const { data } = await call('get_trades', { ...btc, since: at(0), until: at(9) });
  expect(data.trades).toHaveLength(2);
  expect(data.cut).toBeUndefined();
});

test('an exchange that sends fewer of the newest trades than were asked for: the answer says so', async () => {
  const { call } = startCapped([trade(0, 0), trade(1, 1), trade(2, 2)], 2);
  const { data, text } = await call('get_trades', { ...btc, limit: 50 });
  expect(data.trades).toHaveLength(2);
  expect(data.cut).toEqual({ returned: 2, requested: 50, next: null, hint: expect.stringContaining('pass since') });
  expect(text).toContain('CUT: only 2 of the 50 rows');
  expect((await call('get_trades', { ...btc, limit: 2 })).data.cut).toBeUndefined();
});

test('more trades at one time than were asked for: the hint says what helps', async () => {
  const { call } = startCapped([trade(0, 0), trade(1, 0), trade(2, 0)], 100);
  const { data } = await call('get_trades', { ...btc, since: at(0), limit: 2 });
  expect(data.cut).toMatchObject({ returned: 2, next: null, hint: expect.stringContaining('a higher limit') });
});

test('no trades are no cut', async () => {
  const { call } = startCapped([], 100);
  expect((await call('get_trades', btc)).data).toMatchObject({ trades: [] });
  expect((await call('get_trades', { ...btc, since: at(0) })).data.cut).toBeUndefined();
});
