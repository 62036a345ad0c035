import type { Trade as CcxtTrade } from 'ccxt';
import { expect, it, onTestFinished } from 'vitest';
import { toTrades } from '../../../src/exchange/normalize/trades.ts';
import { toCcxtMarket } from '../../support/exchange/ccxt-market.ts';
import { connect } from '../../support/exchange/venue-client.ts';

const now = Date.UTC(2026, 2, 4, 12);
const spot = toCcxtMarket({ symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT', spot: true });
const dated = {
  base: 'BTC',
  quote: 'USDT',
  settle: 'USDT',
  contract: true,
  linear: true,
  contractSize: 1,
  future: true,
};
const future = toCcxtMarket({ ...dated, symbol: 'BTC/USDT:USDT-261225' });

function row(id: string, price: number | undefined, amount: number | undefined, timestamp: number | undefined = now) {
  return {
    ...{ info: {}, id, price, amount, timestamp, cost: undefined, side: 'buy', symbol: 'BTC/USDT', fee: undefined },
    ...{ datetime: undefined, order: undefined, type: undefined, takerOrMaker: undefined },
  } satisfies CcxtTrade;
}

it.each([
  { what: 'price 0 and amount 0', trade: row('2', 0, 0) },
  { what: 'amount 0', trade: row('2', 5, 0) },
  { what: 'price 0', trade: row('2', 0, 5) },
  { what: 'no time and no amount', trade: row('2', 0, 0, 0) },
])('a row that has $what is not a trade', ({ trade }) => {
  expect(toTrades('x', spot, [row('1', 5, 1), trade, row('3', 6, 1)], now).map(({ id }) => id)).toEqual(['1', '3']);
  expect(toTrades('x', spot, [trade], now)).toEqual([]);
});

it('its id does not hide the trade with the same id', () => {
  expect(toTrades('x', spot, [row('1', 0, 0), row('1', 5, 1)], now)).toMatchObject([{ id: '1', price: 5 }]);
});

it('an option trade at price 0 is not a trade', () => {
  const option = toCcxtMarket({ ...dated, future: false, option: true, symbol: 'BTC/USDT:USDT-261225-90000-C' });
  expect(toTrades('x', option, [row('1', 0, 2), row('2', 7, 1)], now).map(({ id }) => id)).toEqual(['2']);
});

it('a trade at price 0 is valid where prices may be below 0, but not without an amount', () => {
  expect(toTrades('x', future, [row('1', 0, 2), row('2', 0, 0)], now)).toMatchObject([{ id: '1', price: 0, cost: 0 }]);
});

it.each([
  { what: 'a price', trade: row('2', undefined, 1) },
  { what: 'an amount', trade: row('2', 5, undefined) },
])('a row that lacks $what is not a placeholder but unreadable', ({ trade }) => {
  expect(() => toTrades('x', spot, [trade], now)).toThrow('with a missing number');
});

it('placeholders in an answer are left out', async () => {
  const { venue, data, close } = await connect('binance');
  onTestFinished(close);
  const symbol = 'BTC/USDT:USDT';
  venue.holdTrades(symbol);
  const made = ['50000', '0', '50010'].map((price) =>
    venue.trade(symbol, { price, amount: price === '0' ? '0' : '1', side: 'buy' }),
  );
  const trades = await data.fetchTrades({ exchange: 'binance', symbol, limit: 3 });
  expect(trades.map(({ id }) => id)).toEqual([made[0], made[2]].map((trade) => String(trade?.id)));
});
