import type { Trade as CcxtTrade } from 'ccxt';
import { expect, it, onTestFinished } from 'vitest';
import { fetchTrades } from '../../../src/exchange/fetch/trades.ts';
import { toTrades } from '../../../src/exchange/normalize/trades.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { toCcxtMarket } from '../../support/exchange/ccxt-market.ts';
import { connectTo } from '../../support/exchange/small-exchange.ts';
import { openSmallVenue } from '../../support/exchange/small-venue.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { okxConfig, okxRoutes } from '../../venues/others/small-okx.ts';
import type { Reply } from '../../venues/replies.ts';

const now = Date.UTC(2026, 2, 4, 12);
const market = toCcxtMarket({ symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT', spot: true });

function row(id: string | undefined, amount: number, side = 'buy', timestamp = now): CcxtTrade {
  return {
    ...{ info: {}, id, price: 5, amount, timestamp, cost: undefined, side, symbol: 'BTC/USDT', fee: undefined },
    ...{ datetime: undefined, order: undefined, type: undefined, takerOrMaker: undefined },
  };
}

/** The id, the amount and the number of each. */
const shortly = (trades: readonly Trade[]) => trades.map(({ id, amount, nth }) => [id, amount, nth ?? null]);

it('a row that comes twice is one trade', () => {
  expect(shortly(toTrades('x', market, [row('1', 1), row('2', 1), row('1', 1)], now))).toEqual([
    ['1', 1, null],
    ['2', 1, null],
  ]);
});

it('trades without an id are all returned, numbered among equal ones', () => {
  const rows = [row(undefined, 1), row('', 1), row(undefined, 2), row('7', 1), row(undefined, 1, 'sell')];
  expect(shortly(toTrades('x', market, rows, now))).toEqual([
    [null, 1, 1],
    [null, 1, 2],
    [null, 2, 1],
    ['7', 1, null],
    [null, 1, 1],
  ]);
});

// Hyperliquid's tid is unique only together with the time and the coin (API, WebSocket subscriptions, WsTrade).
it.each([
  { what: 'amount', other: row('1', 2) },
  { what: 'side', other: row('1', 1, 'sell') },
  { what: 'time', other: row('1', 1, 'buy', now - 1) },
])('trades of another $what with the same id are all returned', ({ other }) => {
  const trades = toTrades('x', market, [row('1', 1), other, row('2', 1), row('1', 1)], now);
  expect(trades).toHaveLength(4);
  const numbers = trades.filter(({ id }) => id === '1').map(({ nth }) => nth);
  expect(numbers.sort()).toEqual([1, 1, 2]);
  expect(trades.find(({ id }) => id === '2')?.nth).toBeUndefined();
});

/** The newest trades of an exchange with a single market, which answers `answer` to every request. */
async function fetchFrom(id: string, symbol: string, marketId: string, body: unknown): Promise<readonly Trade[]> {
  const clock = new ManualClock(now);
  const answer = (): Reply => ({ body });
  const exchange = await connectTo(id, { markets: [{ symbol, id: marketId }], answer, clock });
  onTestFinished(exchange.close);
  return fetchTrades(exchange.client, { exchange: id, symbol, limit: 10 }, clock.now);
}

it('MEXC has no ids for contract trades, and those that ccxt composes do not count', async () => {
  const deal = { p: 5, v: 3, T: 1, O: 1, M: 2, t: now - 10 };
  const data = [deal, { ...deal, T: 2 }, deal];
  const trades = await fetchFrom('mexc', 'BTC/USDT:USDT', 'BTC_USDT', { success: true, code: 0, data });
  expect(shortly(trades).sort()).toEqual([
    [null, 3, 1],
    [null, 3, 1],
    [null, 3, 2],
  ]);
});

it('KuCoin answers without ids', async () => {
  const trade = { sequence: '1', price: '5', size: '3', side: 'sell', time: (now - 10) * 1e6 };
  const data = [trade, { ...trade, sequence: '2' }];
  const trades = await fetchFrom('kucoin', 'BTC/USDT', 'BTC-USDT', { code: '200000', data });
  expect(shortly(trades)).toEqual([
    [null, 3, 1],
    [null, 3, 2],
  ]);
});

it('no trade is lost if an exchange repeats its ids', async () => {
  const tape = (sizes: readonly number[]) =>
    sizes.map((sz) => ({ instId: 'BTC-USDT', side: 'buy', sz: `${sz}`, px: '5', tradeId: '0', ts: `${now}` }));
  const { data, close } = await openSmallVenue({
    id: 'okx',
    routes: okxRoutes({ trades: () => tape([1, 2, 1]) }),
    exchangeConfig: okxConfig,
  });
  onTestFinished(close);
  expect(shortly(await data.fetchTrades({ exchange: 'okx', symbol: 'BTC/USDT', limit: 10 }))).toEqual([
    ['0', 1, 1],
    ['0', 2, 1],
    ['0', 1, 2],
  ]);
});
