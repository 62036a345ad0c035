import { beforeEach, expect, test } from 'vitest';
import type { MarketData } from '../../../src/market/ports/market-data.ts';
import { FakeNetwork } from '../../support/cluster/fakes/fake-network.ts';
import { type FakeOwners, FakeOwnership } from '../../support/cluster/fakes/fake-owners.ts';
import { FakeStore } from '../../support/cluster/fakes/fake-store.ts';
import { timeAheadBy } from '../../support/cluster/fakes/fake-time.ts';
import { RequestInstance } from '../../support/cluster/request-instance.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const market = { exchange: 'kraken', symbol: 'BTC/USDT' };
const newest = { maxAgeMs: 0 };

let clock: ManualClock;
let ownership: FakeOwnership;
let ownersA: FakeOwners;
let local: FakeMarketData;
let ofQueries: FakeMarketData;
let ofFeeds: FakeMarketData;
let a: RequestInstance;
let b: RequestInstance;

beforeEach(() => {
  clock = new ManualClock();
  const network = new FakeNetwork();
  ownership = new FakeOwnership(clock);
  ownersA = ownership.join('A');
  [local, ofQueries, ofFeeds] = [new FakeMarketData(clock), new FakeMarketData(clock), new FakeMarketData(clock)];
  const common = { store: new FakeStore(clock), time: timeAheadBy(0), clock };
  a = new RequestInstance({ ...common, bus: network.connect(), owners: ownersA, exchanges: local });
  const served = { exchanges: ofQueries, servedToFeeds: ofFeeds };
  b = new RequestInstance({ ...common, bus: network.connect(), owners: ownership.join('B'), ...served });
  ownership.give('kraken', 'B');
});

/** A call of each kind that a feed makes. */
const calls: readonly (readonly [string, (port: MarketData) => Promise<unknown>])[] = [
  ['tickers', (port) => port.fetchTickers('kraken', ['BTC/USDT'], newest)],
  ['markPrices', (port) => port.fetchMarkPrices('kraken', ['BTC/USDT'], newest)],
  ['allTickers', (port) => port.fetchAllTickers({ exchange: 'kraken', type: null }, newest)],
  ['candles', (port) => port.fetchCandles({ ...market, timeframe: '1m', limit: 5 }, newest)],
  ['orderBook', (port) => port.fetchOrderBook({ ...market, limit: 5 }, newest)],
  ['trades', (port) => port.fetchTrades({ ...market, limit: 5 }, newest)],
  ['fundingRates', (port) => port.derivatives.fetchFundingRates('kraken', ['BTC/USDT:USDT'], newest)],
  ['openInterest', (port) => port.derivatives.fetchOpenInterest(market, newest)],
  ['fundingHistory', (port) => port.derivatives.fetchFundingRateHistory({ ...market, limit: 5 }, newest)],
  [
    'openInterestHistory',
    (port) => port.derivatives.fetchOpenInterestHistory({ ...market, timeframe: '1h', limit: 5 }, newest),
  ],
];

test.each(calls)('the newest %s come from what the owner serves to feeds', async (name, call) => {
  await call(a.feedData).catch(() => {});
  expect(b.events.served.map((line) => line.split(' ')[0])).toEqual([`feed.${name}`]);
});

test('nothing of the owner for queries is asked', async () => {
  await a.feedData.fetchTickers('kraken', ['BTC/USDT'], newest);
  expect([local, ofQueries, ofFeeds].map(({ tickerCalls }) => tickerCalls.length)).toEqual([0, 0, 1]);
  expect(ofFeeds.tickerCalls[0]?.options).toEqual(newest);
});

test('calls that accept an older value go to this instance, and so does what needs no exchange', async () => {
  await a.feedData.fetchTickers('kraken', ['BTC/USDT'], { maxAgeMs: 500 });
  await a.feedData.fetchTrades({ ...market, limit: 5 });
  await a.feedData.fetchMarkets('kraken');
  expect(a.feedData.exchange('kraken')).toEqual(local.exchange('kraken'));
  expect([local.tickerCalls.length, local.tradeCalls.length, b.events.served.length]).toEqual([1, 1, 0]);
});

test.each(['self', 'alone'])('an instance that is %s makes the call itself', async (kind) => {
  if (kind === 'self') ownership.give('kraken', 'A');
  else ownersA.setAlone(true);
  await a.feedData.fetchOrderBook({ ...market, limit: 5 }, newest);
  expect([local.orderBookCalls.length, b.events.served.length]).toEqual([1, 0]);
});

test('while there is no owner, a call fails within a moment', async () => {
  ownership.give('kraken', null);
  const tickers = a.feedData.fetchTickers('kraken', ['BTC/USDT'], newest);
  const book = a.feedData.fetchOrderBook({ ...market, limit: 5 }, newest).catch((error: unknown) => error);
  await clock.advance(250);
  expect(await book).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', retryable: true });
  expect((await tickers).get('BTC/USDT')).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', details: market });
});

test('an unknown exchange is refused without asking anybody', async () => {
  const query = { exchange: 'krakn', symbol: 'BTC/USDT', limit: 5 };
  await expect(a.feedData.fetchOrderBook(query, newest)).rejects.toMatchObject({ code: 'EXCHANGE_NOT_FOUND' });
});
