import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { MarketDataError } from '../../../../src/market/errors.ts';
import {
  connect,
  connectTo,
  expectDiscreet,
  requireError,
  type VenueClient,
} from '../../../support/exchange/venue-client.ts';
import type { PlainMarkPrices } from '../../../support/fakes/plain-market-data.ts';
import { createBinance } from '../../../venues/binance/binance.ts';
import { binanceMarkets } from '../../../venues/binance/markets.ts';

const linear = ['BTC/USDT:USDT', 'ETH/USDT:USDT'] as const;
const inverse = 'BTC/USD:BTC';

let connection: VenueClient;

beforeEach(async () => {
  connection = await connect('binance');
  await connection.data.fetchMarkets('binance');
  connection.venue.reset();
});
afterEach(() => connection.close());

const fetchPrices = (...symbols: readonly string[]): Promise<PlainMarkPrices> =>
  connection.data.fetchMarkPrices('binance', symbols);

const targets = (): readonly string[] =>
  connection.venue.requests.map(({ path, query }) => `${path} ${Object.values(query)}`.trim()).sort();

it('two contracts of one kind are one call, and other kinds have their own', async () => {
  connection.venue.setTicker('BTC/USDT:USDT', { last: '60000.50' });
  connection.venue.setTicker(inverse, { last: '59990.0' });
  const prices = await fetchPrices(...linear, inverse);
  expect(prices.get('BTC/USDT:USDT')).toEqual({
    exchange: 'binance',
    symbol: 'BTC/USDT:USDT',
    markPrice: 60_000.5,
    indexPrice: 60_000.4,
  });
  expect(prices.get('ETH/USDT:USDT')).toMatchObject({ markPrice: expect.any(Number) });
  expect(prices.get(inverse)).toMatchObject({ symbol: inverse, markPrice: 59_990, indexPrice: 59_989.9 });
  expect(targets()).toEqual(['/dapi/v1/premiumIndex BTCUSD_PERP', '/fapi/v1/premiumIndex']);
});

it('one contract is a call for that contract', async () => {
  expect((await fetchPrices(linear[0])).get(linear[0])).toMatchObject({ markPrice: expect.any(Number) });
  expect(targets()).toEqual(['/fapi/v1/premiumIndex BTCUSDT']);
});

it('spot markets and unknown symbols fail alone', async () => {
  const prices = await fetchPrices('BTC/USDT', 'btc/usdt:usdt', linear[0]);
  expect(prices.get('BTC/USDT')).toMatchObject({ code: 'NOT_SUPPORTED', details: { symbol: 'BTC/USDT' } });
  expect(prices.get('btc/usdt:usdt')).toMatchObject({
    code: 'SYMBOL_NOT_FOUND',
    details: { suggestions: expect.arrayContaining(['BTC/USDT:USDT']) },
  });
  expect(prices.get(linear[0])).not.toBeInstanceOf(MarketDataError);
  expect(connection.venue.count()).toBe(1);
});

it('an outage is the error of each symbol, and nothing is requested after it', async () => {
  connection.venue.fault({ kind: 'status', status: 500, match: /premiumIndex/ });
  const prices = await fetchPrices(...linear);
  for (const symbol of linear) {
    const error = requireError(prices.get(symbol));
    expect(error).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', details: { exchange: 'binance', symbol } });
    expectDiscreet(error);
  }
  expect(connection.venue.requests.filter(({ query }) => 'symbol' in query)).toEqual([]);
});

it('an unknown exchange and one without mark prices are errors of each symbol', async () => {
  const unknown = await connection.source.fetchMarkPrices('nobody', ['A/B:B']);
  expect(unknown.get('A/B:B')).toMatchObject({ code: 'EXCHANGE_NOT_FOUND' });
  const prices = await connection.source.fetchMarkPrices('sim', ['BTC/USDT:USDT']);
  const error = requireError(prices.get('BTC/USDT:USDT'));
  expect(error).toMatchObject({ code: 'NOT_SUPPORTED', details: { exchange: 'sim', symbol: 'BTC/USDT:USDT' } });
  expect(error.details.suggestions).toContain('binance');
});

describe('what the call for many leaves out', () => {
  const answerAll = ({ venue }: Pick<VenueClient, 'venue'>, rows: readonly unknown[]): void =>
    venue.fault({ kind: 'raw', text: JSON.stringify(rows), match: /premiumIndex$/ });

  it('is requested alone', async () => {
    answerAll(connection, [{ symbol: 'BTCUSDT', markPrice: '5', indexPrice: '4', time: 1 }]);
    const prices = await fetchPrices(...linear);
    expect(prices.get(linear[0])).toMatchObject({ markPrice: 5, indexPrice: 4 });
    expect(prices.get(linear[1])).toMatchObject({ symbol: linear[1], markPrice: expect.any(Number) });
    expect(targets()).toEqual(['/fapi/v1/premiumIndex', '/fapi/v1/premiumIndex ETHUSDT']);
  });

  it('if that is everything, the call is not made again for a while', async () => {
    answerAll(connection, []);
    await fetchPrices(...linear);
    expect(targets()).toHaveLength(3);
    const prices = await fetchPrices(...linear);
    expect([...prices.values()].some((price) => price instanceof MarketDataError)).toBe(false);
    expect(targets().filter((target) => target === '/fapi/v1/premiumIndex')).toHaveLength(1);
  });

  it('is at most fifty markets', async () => {
    const [known] = binanceMarkets.filter(({ symbol }) => symbol === linear[0]);
    if (!known) throw new Error('the stand-in lacks a market');
    const markets = Array.from({ length: 60 }, (_, index) => {
      return { ...known, symbol: `COIN${index}/USDT:USDT`, id: `COIN${index}USDT` };
    });
    const venue = await createBinance(markets);
    const { source, close } = await connectTo('binance', { ...venue.exchangeConfig, enableRateLimit: false });
    onTestFinished(async () => {
      await close();
      await venue.close();
    });
    answerAll({ venue }, []);
    const symbols = markets.map(({ symbol }) => symbol);
    const prices = await source.fetchMarkPrices('binance', symbols);
    const results = symbols.map((symbol) => prices.get(symbol));
    expect(results.slice(0, 50).some((price) => price instanceof MarketDataError)).toBe(false);
    expect(results.slice(50).every((price) => price instanceof MarketDataError)).toBe(true);
    expect(results[50]).toMatchObject({ code: 'OVERLOADED', message: expect.stringContaining('at most 50') });
    expect(venue.count(/premiumIndex\?symbol/)).toBe(50);
  });
});

it.each([
  ['0.00000000', '0', 'BAD_EXCHANGE_RESPONSE'],
  ['-5', '0', 'BAD_EXCHANGE_RESPONSE'],
])('a mark price of %s and an index of %s are none', async (markPrice, indexPrice, code) => {
  const { client } = connection;
  client.ccxt.fetchMarkPrice = async (symbol) => client.ccxt.safeTicker({ symbol, markPrice, indexPrice });
  expect((await fetchPrices(linear[0])).get(linear[0])).toMatchObject({ code });
});
