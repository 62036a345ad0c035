import { expect, test } from 'vitest';
import { createContext } from '../../../src/graphql/execution/context.ts';
import { Freshness } from '../../../src/graphql/execution/freshness.ts';
import { MarketSearch } from '../../../src/graphql/execution/market-search.ts';
import type { MarketData } from '../../../src/market/ports/market-data.ts';
import { FakeMarketData } from '../../support/fake-market-data.ts';
import { LiveFeeds } from '../../support/live-feeds.ts';
import { ManualClock } from '../../support/manual-clock.ts';

test('nothing declared is nothing kept', () => {
  expect(new Freshness().expiry).toBeNull();
});

test('each call owes a declaration, and the earliest counts', () => {
  const freshness = new Freshness();
  const first = freshness.owe();
  const second = freshness.owe();
  first(20);
  first(30);
  expect(freshness.expiry).toBeNull();
  second(10);
  expect(freshness.expiry).toMatchObject({ until: 10, isLive: false });
  freshness.markStatic();
  expect(freshness.expiry).toMatchObject({ until: 10 });
});

test('one that is no longer current ends all', () => {
  const freshness = new Freshness();
  let isCurrent = true;
  freshness.owe()(10, () => isCurrent);
  freshness.owe()(20, () => true);
  expect(freshness.expiry?.isCurrent()).toBe(true);
  isCurrent = false;
  expect(freshness.expiry?.isCurrent()).toBe(false);
});

test('what may end at any moment is live', () => {
  const freshness = new Freshness();
  freshness.owe()(Number.POSITIVE_INFINITY, () => true);
  freshness.owe()(20);
  expect(freshness.expiry).toMatchObject({ until: 20, isLive: true });
});

const calls: Readonly<Record<string, (port: MarketData) => unknown>> = {
  fetchMarkets: (port) => port.fetchMarkets('kraken'),
  fetchTickers: (port) => port.fetchTickers('kraken', ['BTC/USD']),
  fetchCandles: (port) => port.fetchCandles({ exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m', limit: 1 }),
  fetchOrderBook: (port) => port.fetchOrderBook({ exchange: 'kraken', symbol: 'BTC/USD', limit: 1 }),
  fetchTrades: (port) => port.fetchTrades({ exchange: 'kraken', symbol: 'BTC/USD', limit: 1 }),
};

test.each(Object.keys(calls))(
  '%s of a port that declares nothing leaves the operation without an end',
  async (name) => {
    const freshness = new Freshness();
    const { marketData } = createContext({
      marketData: new FakeMarketData(new ManualClock()),
      live: new LiveFeeds().operations,
      marketSearch: new MarketSearch(),
      charge: () => {},
      freshness,
    });
    marketData.exchanges();
    expect(freshness.expiry).not.toBeNull();
    await Promise.resolve(calls[name]?.(marketData)).catch(() => {});
    expect(freshness.expiry).toBeNull();
  },
);

test('the loader of tickers declares too', async () => {
  const freshness = new Freshness();
  const port = new FakeMarketData(new ManualClock());
  port.set('BTC/USD', { last: 1 });
  const { marketData, tickers } = createContext({
    marketData: port,
    live: new LiveFeeds().operations,
    marketSearch: new MarketSearch(),
    charge: () => {},
    freshness,
  });
  marketData.exchanges();
  await tickers.load({ exchange: 'kraken', symbol: 'BTC/USD' });
  expect(port.tickerCalls[0]?.options?.onFresh).toBeDefined();
  expect(freshness.expiry).toBeNull();
});
