import { describe, expect, it, onTestFinished } from 'vitest';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { toTrades } from '../../../src/exchange/normalize/trades.ts';
import { toCcxtMarket } from '../../support/exchange/ccxt-market.ts';
import { openSmallVenue } from '../../support/exchange/small-venue.ts';
import { connect } from '../../support/exchange/venue-client.ts';
import { okxConfig, okxRoutes } from '../../venues/others/small-okx.ts';

const now = Date.UTC(2026, 2, 4, 12);
const seconds = now / 1000;
const iso = new Date(now).toISOString();

const spot = { symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT', type: 'spot', spot: true };
const swap = { type: 'swap', swap: true, contract: true, linear: false, inverse: false };
const linear = { ...swap, symbol: 'BTC/USDT:USDT', base: 'BTC', quote: 'USDT', settle: 'USDT', linear: true };
const inverse = { ...swap, symbol: 'BTC/USD:BTC', base: 'BTC', quote: 'USD', settle: 'BTC', inverse: true };
const quanto = { ...swap, symbol: 'ETH/USD:BTC', base: 'ETH', quote: 'USD', settle: 'BTC' };
const option = { ...swap, type: 'option', swap: false, option: true };
const coinOption = { ...inverse, ...option, symbol: 'BTC/USD:BTC-261225-90000-C', inverse: true };
const dollarOption = { ...linear, ...option, symbol: 'BTC/USDT:USDT-261225-90000-C', linear: true };

interface Case {
  readonly id: string;
  readonly of: Readonly<Record<string, unknown>>;
  readonly size?: number;
  /** One trade in the exchange's own format. */
  readonly row: unknown;
  readonly amount: number;
  readonly cost: number | null;
}

// Trades at 50,000 in the exchanges' own formats, as their files in ccxt show them.
const cases: readonly Case[] = [
  { id: 'okx', of: spot, row: okxRow('0.3'), amount: 0.3, cost: 15_000 },
  { id: 'okx', of: linear, size: 0.01, row: okxRow('3'), amount: 3, cost: 1500 },
  { id: 'okx', of: inverse, size: 100, row: okxRow('3'), amount: 3, cost: 300 },
  { id: 'okx', of: coinOption, size: 1, row: { ...okxRow('3'), px: '0.05' }, amount: 3, cost: null },
  { id: 'okx', of: dollarOption, size: 0.1, row: { ...okxRow('3'), px: '50' }, amount: 3, cost: 15 },
  { id: 'okx', of: quanto, size: 1, row: okxRow('3'), amount: 3, cost: null },
  { id: 'binance', of: inverse, size: 100, row: binanceRow('3', { baseQty: '0.006' }), amount: 3, cost: 300 },
  { id: 'binance', of: inverse, size: 100, row: binanceAggregate('3'), amount: 3, cost: 300 },
  { id: 'binance', of: linear, size: 1, row: binanceRow('0.3', { quoteQty: '15000' }), amount: 0.3, cost: 15_000 },
  // The exchange's own figure is kept if it agrees apart from rounding.
  { id: 'binance', of: spot, row: binanceRow('0.00003', { quoteQty: '1.51' }), amount: 0.00003, cost: 1.51 },
  { id: 'binance', of: spot, row: binanceRow('0.3', { quoteQty: '1' }), amount: 0.3, cost: 15_000 },
  {
    ...{ id: 'kucoin', of: inverse, size: 1, amount: 300, cost: 300 },
    row: { tradeId: '1', price: '50000', size: 300, side: 'buy', ts: now * 1e6 },
  },
  {
    ...{ id: 'kucoin', of: linear, size: 0.001, amount: 300, cost: 15_000 },
    row: { tradeId: '1', price: '50000', size: 300, side: 'buy', ts: now * 1e6 },
  },
  { id: 'bybit', of: inverse, size: 1, row: bybitRow('300'), amount: 300, cost: 300 },
  { id: 'bybit', of: inverse, size: 10, row: bybitRow('300'), amount: 300, cost: 300 },
  { id: 'bybit', of: linear, size: 1, row: bybitRow('0.3'), amount: 0.3, cost: 15_000 },
  { id: 'deribit', of: inverse, size: 10, row: deribitRow(300), amount: 300, cost: 300 },
  { id: 'deribit', of: linear, size: 0.0001, row: deribitRow(0.3), amount: 0.3, cost: 15_000 },
  { id: 'deribit', of: coinOption, size: 1, row: { ...deribitRow(3), price: 0.05 }, amount: 3, cost: null },
  // The price is a difference of two contracts: no multiple of it is a cost.
  {
    id: 'deribit',
    of: { ...inverse, symbol: 'BTC-FS-27MAR26_PERP' },
    size: 10,
    row: deribitRow(300),
    amount: 300,
    cost: null,
  },
  { id: 'bitget', of: inverse, size: 1, row: bitgetRow('0.006'), amount: 0.006, cost: 300 },
  { id: 'bitget', of: linear, size: 1, row: bitgetRow('0.3'), amount: 0.3, cost: 15_000 },
  { id: 'krakenfutures', of: inverse, size: 1, row: krakenRow(300), amount: 300, cost: 300 },
  { id: 'krakenfutures', of: linear, size: 1, row: krakenRow(0.3), amount: 0.3, cost: 15_000 },
  { id: 'xt', of: linear, size: 0.001, row: { t: now, p: '50000', a: '300', m: 'BID' }, amount: 0.3, cost: 15_000 },
  { id: 'xt', of: inverse, size: 10, row: { t: now, p: '50000', a: '30', m: 'BID' }, amount: 300, cost: 300 },
  {
    ...{ id: 'gemini', of: linear, size: 0.0001, amount: 0.3, cost: 15_000 },
    row: { timestamp: seconds, timestampms: now, tid: 1, price: '50000', amount: '0.3', type: 'buy' },
  },
  {
    ...{ id: 'weex', of: linear, size: 0.001, amount: 0.3, cost: 15_000 },
    row: { id: '1', price: '50000', qty: '0.3', quoteQty: '15000', time: now, isBuyerMaker: false },
  },
  {
    ...{ id: 'gate', of: inverse, size: 1, amount: 300, cost: 300 },
    row: { id: '1', contract: 'X', create_time_ms: `${now}`, size: '-300', price: '50000' },
  },
  {
    ...{ id: 'htx', of: inverse, size: 100, amount: 3, cost: 300 },
    row: { id: 1, ts: now, amount: 3, price: 50_000, direction: 'sell' },
  },
  { id: 'phemex', of: inverse, size: 1, row: [now * 1e6, 'Buy', '50000', '300'], amount: 300, cost: 300 },
  // Its contracts have no size.
  {
    ...{ id: 'bitflyer', of: linear, amount: 0.3, cost: 15_000 },
    row: { id: 1, side: 'BUY', price: 50_000, size: 0.3, exec_date: iso.slice(0, -1) },
  },
  // Near a price of 1, the amounts in settle and quote currency are almost equal.
  { id: 'okx', of: inverse, size: 10, row: { ...okxRow('3'), px: '1.005' }, amount: 3, cost: 30 },
  // The value of one contract is not known.
  { id: 'okx', of: linear, row: okxRow('3'), amount: 3, cost: null },
];

function okxRow(sz: string) {
  return { instId: 'X', side: 'buy', sz, px: '50000', tradeId: '1', ts: `${now}` };
}

function binanceRow(qty: string, cost: object) {
  return { id: 1, price: '50000', qty, ...cost, time: now, isBuyerMaker: true };
}

function binanceAggregate(q: string) {
  return { a: 1, p: '50000', q, f: 1, l: 1, T: now, m: true };
}

function bybitRow(size: string) {
  return { execId: 'a', symbol: 'X', price: '50000', size, side: 'Buy', time: `${now}`, isBlockTrade: false };
}

function deribitRow(amount: number) {
  return { trade_id: '1', timestamp: now, price: 50_000, instrument_name: 'X', direction: 'buy', amount };
}

function bitgetRow(size: string) {
  return { tradeId: '1', price: '50000', size, side: 'Buy', ts: `${now}`, symbol: 'X' };
}

function krakenRow(size: number) {
  return { time: iso, trade_id: 1, price: 50_000, size, side: 'buy', type: 'fill', uid: 'a' };
}

async function open(id: string, given: Readonly<Record<string, unknown>>, streaming: boolean) {
  const ExchangeClass = await loadExchangeClass(id, streaming);
  const exchange = new ExchangeClass({});
  const market = toCcxtMarket({ ...given, id: 'X' });
  exchange.setMarkets([market]);
  return { exchange, market };
}

it.each(cases)('a trade of $amount of $of.symbol on $id, contract size $size, costs $cost', async (given) => {
  const { id, of, size, row, amount, cost } = given;
  const { exchange, market } = await open(id, { ...of, contractSize: size }, false);
  const [trade] = toTrades(id, market, exchange.parseTrades([row], market), now);
  expect(trade).toMatchObject({ symbol: of.symbol, amount, cost });
});

it("a trade of Binance's coin-margined stream costs its value", async () => {
  const { exchange, market } = await open('binance', { ...inverse, contractSize: 100 }, true);
  const trade = exchange.parseWsTrade({ e: 'trade', t: 1, p: '50000', q: '3', T: now, m: true }, market);
  expect(toTrades('binance', market, [trade], now)).toMatchObject([{ amount: 3, cost: 300 }]);
});

describe('over HTTP', () => {
  it("OKX's inverse contracts cost their value in USD", async () => {
    const trades = () => [
      { instId: 'BTC-USD-SWAP', side: 'buy', sz: '3', px: '50000', tradeId: '1', ts: `${Date.now()}` },
    ];
    const connection = await openSmallVenue({ id: 'okx', routes: okxRoutes({ trades }), exchangeConfig: okxConfig });
    onTestFinished(connection.close);
    const query = { exchange: 'okx', symbol: 'BTC/USD:BTC', limit: 1 };
    expect(await connection.data.fetchTrades(query)).toMatchObject([{ price: 50_000, amount: 3, cost: 300 }]);
  });

  it("so do Binance's coin-margined ones, although Binance sends its own cost", async () => {
    const { venue, data, close } = await connect('binance');
    onTestFinished(close);
    venue.trade('BTC/USD:BTC', { price: '50000', amount: '3', side: 'buy' });
    const [trade] = await data.fetchTrades({ exchange: 'binance', symbol: 'BTC/USD:BTC', limit: 1 });
    expect(trade).toMatchObject({ price: 50_000, amount: 3, cost: 300 });
  });
});
