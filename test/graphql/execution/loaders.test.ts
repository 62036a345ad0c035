import { expect, test } from 'vitest';
import { TickerLoader } from '../../../src/graphql/execution/loaders.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';

function create() {
  const port = new FakeMarketData(new ManualClock());
  port.set('BTC/USDT', { last: 1 });
  port.set('ETH/USDT', { last: 2 });
  return { port, loader: new TickerLoader(port, null) };
}

test('what is asked for in one tick of the event loop is one call per exchange, with each symbol once', async () => {
  const { port, loader } = create();
  const markets = ['kraken', 'binance', 'kraken'].flatMap((exchange) =>
    ['BTC/USDT', 'ETH/USDT'].map((symbol) => ({ exchange, symbol })),
  );
  const tickers = await Promise.all(markets.map((market) => loader.load(market)));
  expect(tickers).toMatchObject(markets);
  expect(port.tickerCalls).toMatchObject([
    { exchange: 'kraken', symbols: ['BTC/USDT', 'ETH/USDT'] },
    { exchange: 'binance', symbols: ['BTC/USDT', 'ETH/USDT'] },
  ]);
});

test('a ticker does not wait for the call of another exchange, and fails alone', async () => {
  const { port, loader } = create();
  const release = port.holdOn('binance');
  let isSlowSettled = false;
  const slow = loader.load({ exchange: 'binance', symbol: 'BTC/USDT' }).finally(() => {
    isSlowSettled = true;
  });
  const failing = loader.load({ exchange: 'kraken', symbol: 'NO/PE' });
  const fast = loader.load({ exchange: 'kraken', symbol: 'BTC/USDT' });
  await expect(failing).rejects.toBeInstanceOf(MarketDataError);
  expect(await fast).toMatchObject({ exchange: 'kraken', last: 1 });
  await settle();
  expect(isSlowSettled).toBe(false);
  release();
  expect(await slow).toMatchObject({ exchange: 'binance' });
});

test('nothing is remembered: a ticker that is asked for again is fetched again', async () => {
  const { port, loader } = create();
  await loader.load({ exchange: 'kraken', symbol: 'BTC/USDT' });
  await loader.load({ exchange: 'kraken', symbol: 'BTC/USDT' });
  expect(port.tickerCalls).toHaveLength(2);
});

test('a port that leaves out a symbol has a bug', async () => {
  const { port, loader } = create();
  port.fetchTickers = async () => new Map();
  await expect(loader.load({ exchange: 'kraken', symbol: 'BTC/USDT' })).rejects.toMatchObject({
    code: 'INTERNAL_SERVER_ERROR',
  });
});
