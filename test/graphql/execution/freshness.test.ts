import { expect, test } from 'vitest';
import { type Context, createContext } from '../../../src/graphql/execution/context.ts';
import { Freshness } from '../../../src/graphql/execution/freshness.ts';
import { MarketSearch } from '../../../src/graphql/execution/market-search.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { MarketData } from '../../../src/market/ports/market-data.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { LiveFeeds } from '../../support/feed/live-feeds.ts';

/** Freshness of values that were announced and recorded. */
function recorded(...values: readonly Parameters<Freshness['record']>[0][]): Freshness {
  const freshness = new Freshness();
  freshness.expect(values.length);
  for (const value of values) freshness.record(value);
  return freshness;
}

function contextOver(marketData: MarketData, freshness: Freshness): Context {
  const { operations: live } = new LiveFeeds();
  return createContext({ marketData, live, marketSearch: new MarketSearch(), charge: () => {}, freshness });
}

test('an operation that fetched nothing has no end and is not kept', () => {
  expect(new Freshness().expiry).toBeNull();
});

test('every announced value must be recorded, and the one that ends first counts', () => {
  const freshness = new Freshness();
  freshness.expect(2);
  freshness.expect();
  freshness.record({ freshUntil: 20 });
  freshness.record({ freshUntil: 30 });
  expect(freshness.expiry).toBeNull();
  freshness.record({ freshUntil: 10 });
  expect(freshness.expiry).toMatchObject({ until: 10, isLive: false });
  freshness.markStatic();
  expect(freshness.expiry).toMatchObject({ until: 10 });
});

test.each([0, Number.NaN])('a value that is fresh until %d is of unknown freshness, and not kept', (freshUntil) => {
  expect(recorded({ freshUntil: 20 }, { freshUntil }).expiry).toBeNull();
});

test('a value that is being renewed is no longer fresh, but can be sent again', () => {
  const isCurrent = () => true;
  const renewed = { freshUntil: 10, reusableUntil: 40, isCurrent };
  expect(recorded(renewed, { freshUntil: 30 }).expiry).toMatchObject({ until: 10, reusableUntil: 30, isLive: false });
  expect(recorded({ freshUntil: 30 }).expiry).toMatchObject({ until: 30, reusableUntil: 30 });
});

test('one value that is no longer current ends all', () => {
  let isCurrent = true;
  const freshness = recorded({ freshUntil: 10, isCurrent: () => isCurrent }, { freshUntil: 20, isCurrent: () => true });
  expect(freshness.expiry?.isCurrent()).toBe(true);
  isCurrent = false;
  expect(freshness.expiry?.isCurrent()).toBe(false);
});

test('values that share their check are checked once', () => {
  let checks = 0;
  const value = {
    freshUntil: 10,
    isCurrent: () => {
      checks += 1;
      return true;
    },
  };
  expect(recorded(value, value).expiry?.isCurrent()).toBe(true);
  expect(checks).toBe(1);
});

test('an answer with a value that may end at any moment is live', () => {
  const live = { freshUntil: Number.POSITIVE_INFINITY, isCurrent: () => true };
  expect(recorded(live, { freshUntil: 20 }).expiry).toMatchObject({ until: 20, isLive: true });
});

const calls: Readonly<Record<string, (context: Context) => Promise<unknown>>> = {
  fetchMarkets: ({ marketData }) => marketData.fetchMarkets('kraken'),
  fetchTimeframes: ({ marketData }) => marketData.fetchTimeframes('kraken', 'BTC/USD'),
  fetchCandles: ({ marketData }) =>
    marketData.fetchCandles({ exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m', limit: 1 }),
  fetchOrderBook: ({ marketData }) => marketData.fetchOrderBook({ exchange: 'kraken', symbol: 'BTC/USD', limit: 1 }),
  fetchTrades: ({ marketData }) => marketData.fetchTrades({ exchange: 'kraken', symbol: 'BTC/USD', limit: 1 }),
  'the ticker loader': ({ tickers }) => tickers.load({ exchange: 'kraken', symbol: 'BTC/USD' }),
};

test.each(Object.entries(calls))(
  '%s of a port that declares no freshness leaves the operation without an end',
  async (_name, call) => {
    const freshness = new Freshness();
    const port = new FakeMarketData(new ManualClock());
    port.set('BTC/USD', { last: 1 });
    const context = contextOver(port, freshness);
    context.marketData.exchanges();
    expect(freshness.expiry).not.toBeNull();
    await call(context);
    expect(freshness.expiry).toBeNull();
  },
);

test.each(Object.entries(calls))('%s that fails leaves the operation without an end', async (_name, call) => {
  const freshness = new Freshness();
  const port = new FakeMarketData(new ManualClock(), []);
  port.fail(new MarketDataError('TIMEOUT', 'too late'));
  const context = contextOver(port, freshness);
  context.marketData.exchanges();
  await expect(call(context)).rejects.toBeInstanceOf(MarketDataError);
  expect(freshness.expiry).toBeNull();
});

test('tickers are recorded each, and one that fails leaves the operation without an end', async () => {
  const port = new FakeMarketData(new ManualClock());
  const fetchTickers = port.fetchTickers.bind(port);
  port.fetchTickers = async (exchange, symbols) =>
    new Map(
      [...(await fetchTickers(exchange, symbols))].map(([symbol, result], index) => [
        symbol,
        result instanceof MarketDataError ? result : { ...result, freshUntil: 10 + index },
      ]),
    );
  port.set('BTC/USD', { last: 1 });
  port.set('ETH/USD', { last: 2 });
  const load = async (symbols: readonly string[]): Promise<Freshness> => {
    const freshness = new Freshness();
    const { tickers } = contextOver(port, freshness);
    await Promise.allSettled(symbols.map((symbol) => tickers.load({ exchange: 'kraken', symbol })));
    return freshness;
  };
  expect((await load(['BTC/USD', 'ETH/USD'])).expiry).toMatchObject({ until: 10 });
  expect((await load(['BTC/USD', 'NO/PE'])).expiry).toBeNull();
});
