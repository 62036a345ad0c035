import { expect, it, onTestFinished } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import {
  connect,
  loadMarkets,
  requireError,
  type VenueClient,
  type venues,
} from '../../support/exchange/venue-client.ts';
import type { PlainTickers } from '../../support/fakes/plain-market-data.ts';

function failed(results: PlainTickers): readonly string[] {
  return [...results].filter(([, result]) => result instanceof MarketDataError).map(([symbol]) => symbol);
}

async function start(id: (typeof venues)[number]['id']): Promise<VenueClient> {
  const connection = await connect(id);
  onTestFinished(connection.close);
  await loadMarkets(connection);
  connection.venue.reset();
  return connection;
}

it('binance: spot and swaps are split, and each group is right', async () => {
  const { venue, data } = await start('binance');
  const lasts = {
    'BTC/USDT': '65001.01',
    'ETH/USDT': '3501.02',
    'BTC/USDT:USDT': '65002.30',
    'ETH/USDT:USDT': '3502.04',
    'BTC/USD:BTC': '65003.5',
  };
  for (const [symbol, last] of Object.entries(lasts)) venue.setTicker(symbol, { last });
  const results = await data.fetchTickers('binance', Object.keys(lasts));
  for (const [symbol, last] of Object.entries(lasts))
    expect(results.get(symbol)).toMatchObject({ symbol, last: Number(last) });
  // One batch for spot; a few swaps are requested alone, because all of them in one call weigh 40 times as much.
  expect(venue.requests.map(({ path, query }) => [path, query.symbol ?? 'several'])).toEqual(
    expect.arrayContaining([
      ['/api/v3/ticker/24hr', 'several'],
      ['/fapi/v1/ticker/24hr', 'BTCUSDT'],
      ['/fapi/v1/ticker/24hr', 'ETHUSDT'],
      ['/dapi/v1/ticker/24hr', 'BTCUSD_PERP'],
    ]),
  );
  expect(venue.count()).toBe(4);
  // Swaps come without bid and ask, which stay null.
  expect(results.get('BTC/USDT:USDT')).toMatchObject({ bid: null, ask: null, bidVolume: null, askVolume: null });
});

it('coinbase: the swap is requested separately from spot', async () => {
  const { venue, data } = await start('coinbase');
  venue.setTicker('BTC/USDC:USDC', { last: '65020.5' });
  const results = await data.fetchTickers('coinbase', ['BTC/USD', 'BTC/USDC:USDC', 'ETH/USD']);
  expect(failed(results)).toEqual([]);
  expect(results.get('BTC/USDC:USDC')).toMatchObject({ last: 65020.5 });
  expect(venue.count()).toBe(2);
});

it('kraken: an inactive market, which ccxt leaves out of the batch, is requested alone', async () => {
  const { venue, data } = await start('kraken');
  const results = await data.fetchTickers('kraken', ['BTC/USD', 'MATIC/USD', 'ETH/USD']);
  expect(failed(results)).toEqual([]);
  expect(venue.requests.map(({ query }) => query.pair)).toEqual(['XXBTZUSD,XETHZUSD', 'MATICUSD']);
});

it('kraken: an inactive market that has no ticker alone either fails alone', async () => {
  const { venue, data } = await start('kraken');
  venue.removeTicker('MATIC/USD');
  for (const requests of [2, 1]) {
    venue.reset();
    const results = await data.fetchTickers('kraken', ['BTC/USD', 'MATIC/USD', 'ETH/USD']);
    expect(failed(results)).toEqual(['MATIC/USD']);
    expect(requireError(results.get('MATIC/USD'))).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', retryable: false });
    expect(venue.count()).toBe(requests);
  }
});

it('kraken sends no time, which stays null; binance and coinbase send theirs', async () => {
  const [kraken, binance, coinbase] = [await start('kraken'), await start('binance'), await start('coinbase')];
  const noon = Date.UTC(2026, 2, 4, 12);
  for (const { venue } of [kraken, binance, coinbase]) venue.now = noon;
  const both = ['BTC/USD', 'ETH/USD'];
  expect((await kraken.data.fetchTickers('kraken', both)).get('BTC/USD')).toMatchObject({
    timestamp: null,
    markPrice: null,
  });
  expect((await binance.data.fetchTickers('binance', ['BTC/USDT'])).get('BTC/USDT')).toMatchObject({ timestamp: noon });
  expect((await coinbase.data.fetchTickers('coinbase', ['BTC/USD'])).get('BTC/USD')).toMatchObject({ timestamp: noon });
  // In a batch, Coinbase sends neither time nor bid and ask.
  expect((await coinbase.data.fetchTickers('coinbase', both)).get('BTC/USD')).toMatchObject({
    timestamp: null,
    bid: null,
  });
});

it('suggests similar symbols, the best first', async () => {
  const { data } = await start('binance');
  const results = await data.fetchTickers('binance', ['btc/usdt', 'BTC-USDT', 'ETH/USTD']);
  expect(requireError(results.get('btc/usdt')).details.suggestions?.[0]).toBe('BTC/USDT');
  expect(requireError(results.get('BTC-USDT')).details.suggestions?.[0]).toBe('BTC/USDT');
  expect(requireError(results.get('ETH/USTD')).details.suggestions).toContain('ETH/USDT');
});

it('an exchange that hangs does not delay another one', async () => {
  const [binance, kraken] = [await start('binance'), await start('kraken')];
  binance.venue.fault({ kind: 'hang' });
  let isSettled = false;
  const stuck = binance.data.fetchTickers('binance', ['BTC/USDT']).finally(() => {
    isSettled = true;
  });
  expect((await kraken.data.fetchTickers('kraken', ['BTC/USD'])).get('BTC/USD')).toMatchObject({ symbol: 'BTC/USD' });
  expect(isSettled).toBe(false);
  await binance.exchanges.close();
  expect(requireError((await stuck).get('BTC/USDT')).retryable).toBe(true);
});

it('an unknown exchange is an error of each symbol', async () => {
  const { data } = await start('kraken');
  const results = await data.fetchTickers('karken', ['BTC/USD', 'ETH/USD']);
  for (const symbol of ['BTC/USD', 'ETH/USD']) {
    expect(requireError(results.get(symbol))).toMatchObject({
      code: 'EXCHANGE_NOT_FOUND',
      details: { suggestions: ['kraken'] },
    });
  }
});
