import { afterEach, beforeEach, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { type FakeServer, startServer } from '../../support/server.ts';

const document = `query ($markets: [MarketInput!]!) {
  watchlist(markets: $markets) { id exchange { id } symbol last }
}`;

const btcOn = (exchange: string) => ({ exchange, symbol: 'BTC/USDT' });

let server: FakeServer;

beforeEach(async () => {
  server = await startServer({ fake: {} });
  server.marketData.set('BTC/USDT', { last: 1 }, 'kraken');
  server.marketData.set('BTC/USDT', { last: 2 }, 'binance');
  server.marketData.set('ETH/USDT', { last: 3 }, 'binance');
});

afterEach(() => server.stop());

test('tickers of several exchanges come in the order asked, from one call per exchange', async () => {
  const markets = [btcOn('binance'), btcOn('kraken'), { exchange: 'binance', symbol: 'ETH/USDT' }, btcOn('binance')];
  for (let time = 1; time <= 3; time++) {
    const { data, errors } = await server.query(document, { markets });
    expect(errors).toEqual([]);
    expect(data.watchlist).toMatchObject([
      { id: 'Ticker:binance:BTC/USDT', last: 2 },
      { id: 'Ticker:kraken:BTC/USDT', last: 1 },
      { symbol: 'ETH/USDT', last: 3 },
      { id: 'Ticker:binance:BTC/USDT', last: 2 },
    ]);
    expect(server.marketData.tickerCalls).toHaveLength(2 * time);
  }
});

test('markets are given as literals too', async () => {
  const { data } = await server.query('{ watchlist(markets: [{ exchange: "kraken", symbol: "BTC/USDT" }]) { last } }');
  expect(data).toEqual({ watchlist: [{ last: 1 }] });
});

test('each market fails alone, with its own error', async () => {
  server.marketData.failOn('binance', new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
  const markets = [btcOn('binance'), btcOn('kraken'), { exchange: 'kraken', symbol: 'NO/PE' }];
  for (let time = 1; time <= 3; time++) {
    const { data, errors } = await server.query(document, { markets });
    expect(data.watchlist).toMatchObject([null, { last: 1 }, null]);
    expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual(
      expect.arrayContaining([
        [['watchlist', 0], 'EXCHANGE_UNAVAILABLE'],
        [['watchlist', 2], 'SYMBOL_NOT_FOUND'],
      ]),
    );
  }
});

test('an unknown exchange fails alone', async () => {
  await using app = await startServer({ config: { exchanges: ['sim'] } });
  const { data, errors } = await app.query(document, { markets: [btcOn('sim'), btcOn('smi'), btcOn('constructor')] });
  expect(data.watchlist).toMatchObject([{ exchange: { id: 'sim' }, last: expect.any(Number) }, null, null]);
  expect(errors).toMatchObject([
    { path: ['watchlist', 1], extensions: { code: 'EXCHANGE_NOT_FOUND', exchange: 'smi' } },
    { path: ['watchlist', 2], extensions: { code: 'EXCHANGE_NOT_FOUND', exchange: 'constructor' } },
  ]);
});

test('an empty list is an empty list, and more than 1000 markets are refused', async () => {
  expect((await server.query(document, { markets: [] })).data).toEqual({ watchlist: [] });
  expect((await server.query(document, { markets: Array(1001).fill(btcOn('kraken')) })).errors).toMatchObject([
    { message: 'markets has 1001 entries; it may have at most 1000.', extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});

test.each([
  [[null]],
  [[{ exchange: 'kraken' }]],
  [[{ exchange: 'kraken', symbol: 5 }]],
  [[{ exchange: 'kraken', symbol: 'BTC/USDT', more: 1 }]],
  [[{ exchange: ['kraken'], symbol: 'BTC/USDT' }]],
  ['BTC/USDT'],
])('%j is not a list of markets', async (markets) => {
  for (let time = 1; time <= 3; time++) {
    expect((await server.query(document, { markets })).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  }
});
