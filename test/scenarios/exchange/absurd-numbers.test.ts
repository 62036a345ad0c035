import type { Ticker as CcxtTicker } from 'ccxt';
import { expect, it, onTestFinished } from 'vitest';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { toCandles } from '../../../src/exchange/normalize/candles.ts';
import { toOrderBook } from '../../../src/exchange/normalize/order-book.ts';
import { toTicker } from '../../../src/exchange/normalize/ticker.ts';
import { toTrades } from '../../../src/exchange/normalize/trades.ts';
import { toCcxtMarket } from '../../support/exchange/ccxt-market.ts';
import { connect, expectDiscreet, failureOf, requireError } from '../../support/exchange/venue-client.ts';

const now = Date.UTC(2026, 2, 4, 12);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const year3000 = Date.UTC(3000, 0);
const symbol = 'BTC/USDT';
const exchange = new (await loadExchangeClass('kraken', false))({});
const bad = { code: 'BAD_EXCHANGE_RESPONSE', retryable: true };

async function start() {
  const connection = await connect('binance');
  onTestFinished(connection.close);
  const ask = async () => (await connection.data.fetchTickers('binance', [symbol])).get(symbol);
  return { ...connection, ask };
}

/** ccxt's ticker with some numbers. */
const toCcxt = (numbers: Readonly<Record<string, number>>): CcxtTicker =>
  exchange.safeTicker({ info: {}, symbol, last: 5, bid: 4, ...numbers });

const series = { exchange: 'binance', symbol, timeframe: '1h' };

it('a ticker: prices and volumes below zero are null, and so is what was computed from them', async () => {
  const { venue, ask } = await start();
  venue.setTicker(symbol, { last: '-5', bid: '99', ask: '-100', bidVolume: '-1', baseVolume: '-2', quoteVolume: '7' });
  expect(await ask()).toMatchObject({
    ...{ last: null, close: null, ask: null, bidVolume: null, baseVolume: null, change: null, percentage: null },
    ...{ bid: 99, askVolume: 2.5, quoteVolume: 7, average: null },
  });
});

it('a ticker: a fall is below zero, and no change is zero', async () => {
  const { venue, ask } = await start();
  venue.setTicker(symbol, { last: '90', open: '100', baseVolume: '0' });
  expect(await ask()).toMatchObject({ last: 90, change: -10, percentage: -10, baseVolume: 0 });
});

it('a ticker: without a valid price it is an error', async () => {
  const { venue, ask } = await start();
  venue.setTicker(symbol, {
    ...{ last: '-5', open: '-4', high: '-3', low: '-6', previousClose: '-4', vwap: '-4', bid: '-5', ask: '-4' },
    ...{ change: '-1', baseVolume: '3', quoteVolume: '3' },
  });
  const error = requireError(await ask());
  expect(error).toMatchObject(bad);
  expect(error.message).toBe('binance sent a ticker for BTC/USDT without any price.');
});

it.each([
  { when: 'in the year 3000', timestamp: year3000, is: null },
  { when: 'in 1970, as of seconds taken for ms', timestamp: now / 1000, is: null },
  { when: 'before Bitcoin', timestamp: Date.UTC(2009, 0, 3), is: null },
  { when: 'two days ahead', timestamp: now + 2 * dayMs, is: null },
  { when: 'that is none', timestamp: Number.NaN, is: null },
  { when: 'half a day ahead, in a time zone of its own', timestamp: now + dayMs / 2, is: now + dayMs / 2 },
  { when: 'long ago', timestamp: Date.UTC(2012, 0), is: Date.UTC(2012, 0) },
])('a time $when of a ticker or a book', ({ timestamp, is }) => {
  expect(toTicker('x', symbol, toCcxt({ timestamp }), now).timestamp).toBe(is);
  expect(toOrderBook('x', symbol, { bids: [], asks: [], timestamp }, now, 5).timestamp).toBe(is);
});

it.each(['BTC/USDT:USDT-260327', 'BTC/USD:BTC-260327-90000-P', 'BTC-FS-27MAR26_PERP'])(
  '%s may have a price below zero, but never an amount',
  (dated) => {
    expect(toTicker('x', dated, toCcxt({ last: -5, bidVolume: -1 }), now)).toMatchObject({
      last: -5,
      bid: 4,
      bidVolume: null,
    });
    expect(toOrderBook('x', dated, { bids: [[-5, 1]], asks: [] }, now, 5).bids).toEqual([{ price: -5, amount: 1 }]);
    expect(() => toOrderBook('x', dated, { bids: [[-5, -1]], asks: [] }, now, 5)).toThrow('with a negative number');
    const rows = [[now, -5, -4, -6, -5, 1]] satisfies [number, number, number, number, number, number][];
    expect(toCandles(rows, { ...series, symbol: dated }, now)).toHaveLength(1);
  },
);

it.each([symbol, 'BTC/USDT:USDT', 'BTC/USD:BTC'])('%s never has a price below zero', (perpetual) => {
  expect(toTicker('x', perpetual, toCcxt({ last: -5 }), now)).toMatchObject({ last: null, bid: 4 });
  expect(() => toOrderBook('x', perpetual, { bids: [[-5, 1]], asks: [] }, now, 5)).toThrow('with a negative number');
});

it('a mark or index price of 0 in a ticker is none, except where a price can be 0', () => {
  const given = toCcxt({ markPrice: 0, indexPrice: 0 });
  for (const other of ['BTC/USDT:USDT', 'BTC/USDT:USDT-260327-90000-C']) {
    expect(toTicker('x', other, given, now)).toMatchObject({ markPrice: null, indexPrice: null, last: 5 });
  }
  expect(toTicker('x', 'BTC-FS-27MAR26_PERP', given, now)).toMatchObject({ markPrice: 0, indexPrice: 0 });
});

it.each([
  { what: 'a price below zero', row: [now, '1', '2', '-1', '1.5', '10'], says: 'with a negative number' },
  { what: 'a volume below zero', row: [now, '1', '2', '0.5', '1.5', '-10'], says: 'with a negative number' },
  { what: 'a high below its low', row: [now, '1', '0.5', '2', '1.5', '10'], says: 'whose high is below its low' },
  { what: 'the year 3000', row: [year3000, '1', '2', '0.5', '1.5', '10'], says: 'that begins in the future' },
  { what: 'the period after next', row: [2, '1', '2', '0.5', '1.5', '10'], says: 'that begins in the future' },
  { what: 'infinity', row: [now, '1', '1e999', '0.5', '1.5', '10'], says: 'with a missing number' },
])('a candle of $what fails its range, once, and nothing of it is kept', async ({ row, says }) => {
  const { venue, data } = await start();
  // A candle that begins in a moment counts as the current one, because it may have begun when the answer comes.
  const thisHour = Math.floor((Date.now() + 60_000) / hourMs) * hourMs;
  const [first = 0, ...rest] = row;
  // Rows with a valid time are of an old candle, which must not be stored as closed with these numbers.
  const back = thisHour - 5 * hourMs;
  const timestamp = first === now ? back : first === 2 ? thisHour + 2 * hourMs : first;
  venue.fault({ kind: 'status', status: 200, match: /klines/, body: [[timestamp, ...rest]], times: 1 });
  const query = { ...series, since: back, limit: 3 };
  const error = await failureOf(data.fetchCandles(query));
  expect(error).toMatchObject({ ...bad, details: { timeframe: '1h' } });
  expect(error.message).toContain(says);
  expectDiscreet(error);
  const candles = await data.fetchCandles(query);
  expect(candles.map((candle) => (candle.timestamp - back) / hourMs)).toEqual([0, 1, 2]);
  for (const { low, high, volume } of candles) expect([low > 0, high >= low, volume >= 0]).toEqual([true, true, true]);
});

it.each([
  { what: 'no time', timestamp: null },
  { what: 'a time of 1970', timestamp: now / 1000 },
])('candles with $what are an error, and not a time without trades', async ({ timestamp }) => {
  const { venue, data } = await start();
  const since = Math.floor(Date.now() / hourMs) * hourMs - 5 * hourMs;
  const query = { ...series, since, limit: 3 };
  venue.fault({ kind: 'status', status: 200, match: /klines/, body: [[timestamp, '1', '2', '0.5', '1.5', '10']] });
  expect(await failureOf(data.fetchCandles(query))).toMatchObject(bad);
  expect(venue.count(/klines/)).toBe(1);
  venue.heal();
  expect(await data.fetchCandles(query)).toHaveLength(3);
});

it('a candle from 1970, as from seconds read as ms, is not valid', () => {
  expect(() => toCandles([[now / 1000, 1, 2, 0.5, 1.5, 10]], series, now)).toThrow(
    'from before cryptocurrencies existed',
  );
});

it('a candle: an exchange may have a clock that is ahead, or label a candle with its end', () => {
  for (const timestamp of [now + 30_000, now + hourMs]) {
    expect(toCandles([[timestamp, 1, 2, 0.5, 1.5, 10]], series, now)).toMatchObject([{ timestamp, closed: false }]);
  }
  expect(toCandles([[Date.UTC(2009, 0), 0, 0, 0, 0, 0]], { ...series, timeframe: '1M' }, now)).toHaveLength(1);
});

it.each([
  { what: 'in the year 3000', trade: { timestamp: year3000 }, says: 'with an impossible time' },
  { what: 'of 1970', trade: { timestamp: now / 1000 }, says: 'with an impossible time' },
  { what: 'for less than nothing', trade: { price: '-5' }, says: 'with a negative number' },
  { what: 'of less than nothing', trade: { amount: '-5' }, says: 'with a negative number' },
])('a trade $what is an error, and no other is returned without it', async ({ trade, says }) => {
  const { venue, data } = await start();
  venue.trade(symbol, { price: '5', amount: '1', side: 'buy', ...trade });
  const error = await failureOf(data.fetchTrades({ exchange: 'binance', symbol, limit: 5 }));
  expect(error).toMatchObject(bad);
  expect(error.message).toContain(says);
});

it('a trade may have a cost below zero where its price may be', () => {
  const trade = {
    ...{ info: {}, id: '1', timestamp: now, price: -5, amount: 2, cost: -10, side: 'buy', symbol, fee: undefined },
    ...{ datetime: undefined, order: undefined, type: undefined, takerOrMaker: undefined },
  };
  const spot = toCcxtMarket({ symbol, base: 'BTC', quote: 'USDT', spot: true });
  const dated = toCcxtMarket({
    ...{ symbol: 'BTC/USDT:USDT-260327', base: 'BTC', quote: 'USDT', settle: 'USDT' },
    ...{ future: true, contract: true, linear: true, contractSize: 1 },
  });
  expect(toTrades('x', dated, [trade], now)).toMatchObject([{ price: -5, amount: 2, cost: -10 }]);
  expect(toTrades('x', spot, [{ ...trade, price: 5 }], now)).toMatchObject([{ price: 5, cost: 10 }]);
});

it('a book with a price or an amount below zero is an error; a crossed book is valid', async () => {
  const { venue, data } = await start();
  const book = () => data.fetchOrderBook({ exchange: 'binance', symbol, limit: 5 });
  const sides = (bids: unknown, asks: unknown) => ({ lastUpdateId: 7, bids, asks });
  const answer = (body: unknown) => venue.fault({ kind: 'status', status: 200, match: /depth/, body, times: 1 });
  answer(sides([['5', '1']], [['-6', '1']]));
  expect(await failureOf(book())).toMatchObject(bad);
  answer(sides([['5', '-1']], [['6', '1']]));
  expect((await failureOf(book())).message).toBe('binance sent an order book for BTC/USDT with a negative number.');
  answer(sides([['7', '1']], [['6', '1']]));
  expect(await book()).toMatchObject({ bids: [{ price: 7 }], asks: [{ price: 6 }] });
});
