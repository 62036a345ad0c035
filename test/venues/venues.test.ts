import type { Exchange } from 'ccxt';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadExchangeClass } from '../../src/exchange/ccxt/load-ccxt.ts';
import { createBinance } from './binance/binance.ts';
import { createCoinbase } from './coinbase/coinbase.ts';
import { createKraken } from './kraken/kraken.ts';
import { hourMs } from './market/candles.ts';
import type { Venue } from './venue.ts';

const noon = Date.UTC(2026, 2, 4, 12);

// String as ccxt's number type shows the digits that were sent.
async function connect(id: string, venue: Venue): Promise<Exchange> {
  const ExchangeClass = await loadExchangeClass(id, true);
  return new ExchangeClass({ ...venue.exchangeConfig, enableRateLimit: false, number: String });
}

function toRows(venue: Venue, symbol: string, timeframe: string, timestamps: readonly number[]): unknown {
  return timestamps.map((timestamp) => {
    const candle = venue.candle(symbol, timeframe, timestamp);
    return [timestamp, candle?.open, candle?.high, candle?.low, candle?.close, candle?.volume];
  });
}

function toAddresses(urls: unknown): readonly string[] {
  if (typeof urls === 'string') return [urls];
  return typeof urls === 'object' && urls !== null ? Object.values(urls).flatMap(toAddresses) : [];
}

describe.each([
  {
    id: 'binance',
    create: createBinance,
    pair: ['BTC/USDT', 'ETH/USDT'],
    loads: 3,
    inactive: 'LUNA/USDT',
    step: '0.01',
  },
  { id: 'kraken', create: createKraken, pair: ['BTC/USD', 'ETH/USD'], loads: 2, inactive: 'MATIC/USD', step: '0.1' },
  {
    id: 'coinbase',
    create: createCoinbase,
    pair: ['BTC/USD', 'ETH/USD'],
    loads: 6,
    inactive: 'LUNA/USD',
    step: '0.01',
  },
] as const)('$id', ({ id, create, pair, loads, inactive, step }) => {
  const [btc, eth] = pair;
  let venue: Venue;
  let exchange: Exchange;

  beforeAll(async () => {
    venue = await create();
    exchange = await connect(id, venue);
    await exchange.loadMarkets();
  });

  beforeEach(() => {
    venue.reset();
    venue.now = noon;
  });

  afterAll(async () => {
    await exchange.close();
    await venue.close();
    expect(venue.openSockets).toBe(0);
  });

  it('is the only address that the class knows, with a config of plain JSON', () => {
    const own = venue.url.replace('http', '');
    const foreign = toAddresses(exchange.urls.api).filter(
      (address) => !/^(http|ws):/.test(address) || !address.includes(own),
    );
    expect(foreign).toEqual([]);
    expect(JSON.parse(JSON.stringify(venue.exchangeConfig))).toEqual(venue.exchangeConfig);
  });

  it('lists the markets of its model', async () => {
    const markets = Object.values(await exchange.loadMarkets(true));
    expect(venue.count()).toBe(loads);
    expect(markets.map((market) => market?.symbol)).toEqual(venue.markets.map((market) => market.symbol));
    expect(markets.filter((market) => market?.active === false).map((market) => market?.symbol)).toEqual([inactive]);
    expect(exchange.market(btc)).toMatchObject({
      type: 'spot',
      base: 'BTC',
      precision: { price: expect.stringMatching(`^${step}`) },
    });
  });

  it('sends one ticker digit by digit', async () => {
    venue.setTicker(btc, { last: '65000.10', bid: '64999.990', ask: '65001.00' });
    expect(await exchange.fetchTicker(btc)).toMatchObject({ last: '65000.10', bid: '64999.990', ask: '65001.00' });
    expect(venue.count()).toBe(1);
  });

  it('sends several tickers in one answer, and leaves out a removed one', async () => {
    venue.setTicker(btc, { last: '65000.20' });
    venue.setTicker(eth, { last: '3500.50' });
    expect(await exchange.fetchTickers([btc, eth])).toMatchObject({
      [btc]: { last: '65000.20' },
      [eth]: { last: '3500.50' },
    });
    venue.removeTicker(eth);
    expect(Object.keys(await exchange.fetchTickers([btc, eth]))).toEqual([btc]);
    expect(venue.count()).toBe(2);
    await expect(exchange.fetchTicker(eth)).rejects.toThrow();
    venue.setTicker(eth, {});
    expect(await exchange.fetchTicker(eth)).toMatchObject({ last: '3500.50' });
  });

  it('serves candles from since on, as in the model', async () => {
    const since = noon - 20 * hourMs;
    const timestamps = [since, since + hourMs, since + 2 * hourMs];
    expect(await exchange.fetchOHLCV(btc, '1h', since, 3)).toEqual(toRows(venue, btc, '1h', timestamps));
  });

  it('changes the newest candle as its clock moves, and closes it where the next one opens', async () => {
    venue.now = noon + 20 * 60_000;
    const forming = await exchange.fetchOHLCV(btc, '1h', noon, 2);
    expect(forming).toEqual(toRows(venue, btc, '1h', [noon]));
    venue.now = noon + hourMs;
    const closed = await exchange.fetchOHLCV(btc, '1h', noon, 2);
    expect(closed).toHaveLength(2);
    expect(closed[0]).not.toEqual(forming[0]);
    expect(closed[0]?.[4]).toBe(closed[1]?.[1]);
  });

  it('reports its own time', async () => {
    expect(await exchange.fetchTime()).toBe(noon);
  });

  it('has a book around bid and ask, and trades that end at the last price', async () => {
    venue.setTicker(btc, { last: '65000.30', bid: '65000.20', bidVolume: '1.500', ask: '65000.40' });
    const book = await exchange.fetchOrderBook(btc, 2);
    expect(book.bids[0]?.slice(0, 2).map(Number)).toEqual([65000.2, 1.5]);
    expect(book.asks).toHaveLength(2);
    expect((await exchange.fetchTrades(btc, undefined, 5)).at(-1)).toMatchObject({ price: '65000.30', side: 'buy' });
  });
});
