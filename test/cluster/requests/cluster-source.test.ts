import { beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Markets } from '../../../src/market/model/market.ts';
import { FakeNetwork } from '../../support/cluster/fakes/fake-network.ts';
import { type FakeOwners, FakeOwnership } from '../../support/cluster/fakes/fake-owners.ts';
import { FakeStore } from '../../support/cluster/fakes/fake-store.ts';
import { timeAheadBy } from '../../support/cluster/fakes/fake-time.ts';
import { RequestInstance } from '../../support/cluster/request-instance.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';
import { marketOf } from '../../support/fakes/market.ts';

/** A's clock is behind that of Redis, and B's ahead of it, so that B's clock is 900 ms ahead of A's. */
const [aheadA, aheadB] = [-400, 500];
const market = { exchange: 'kraken', symbol: 'BTC/USDT' };

let clock: ManualClock;
let clockB: ManualClock;
let ownership: FakeOwnership;
let ownersA: FakeOwners;
let exchangesA: FakeMarketData;
let exchangesB: FakeMarketData;
let a: RequestInstance;
let b: RequestInstance;

beforeEach(() => {
  clock = new ManualClock();
  clockB = new ManualClock(clock.now() + aheadB - aheadA);
  const network = new FakeNetwork();
  ownership = new FakeOwnership(clock);
  const store = new FakeStore(clock);
  [exchangesA, exchangesB] = [new FakeMarketData(clock), new FakeMarketData(clockB)];
  ownersA = ownership.join('A');
  a = new RequestInstance({
    ...{ bus: network.connect(), store, owners: ownersA, time: timeAheadBy(aheadA), clock },
    exchanges: exchangesA,
  });
  b = new RequestInstance({
    ...{ bus: network.connect(), store, owners: ownership.join('B'), time: timeAheadBy(aheadB), clock: clockB },
    exchanges: exchangesB,
  });
  ownership.give('kraken', 'B');
});

async function bothAdvance(ms: number): Promise<void> {
  await clock.advance(ms);
  await clockB.advance(ms);
}

test('the owner answers, with the times of the clock of the one that asks', async () => {
  exchangesB.set('BTC/USDT', { last: 5 });
  const results = await a.source.fetchTickers('kraken', ['BTC/USDT', 'NO/PE']);
  expect(results.get('BTC/USDT')).toMatchObject({ value: { last: 5, receivedAt: clock.now() }, freshUntil: 0 });
  expect(results.get('NO/PE')).toMatchObject({ code: 'SYMBOL_NOT_FOUND', details: { symbol: 'NO/PE' } });
  expect(exchangesA.tickerCalls).toEqual([]);
});

test('the options of a query reach the owner', async () => {
  const options = { maxAgeMs: 700, isRenewal: true };
  await a.source.fetchTickers('kraken', ['BTC/USDT'], options);
  await a.source.fetchTickers('kraken', ['BTC/USDT']);
  expect(exchangesB.tickerCalls.map((call) => call.options)).toEqual([options, undefined]);
});

test('every kind of data comes from the owner', async () => {
  exchangesB.set('BTC/USDT', { last: 5 });
  exchangesB.markPrices.set('BTC/USDT', { markPrice: 6 });
  exchangesB.setTrades([{ ...market, id: 't', timestamp: 7, price: 1, amount: 2, cost: 2, side: 'buy' }]);
  exchangesB.setCandles([{ timestamp: 0, open: 1, high: 2, low: 1, close: 2, volume: 3, closed: true }]);
  const range = { ...market, timeframe: '1m', since: 0, until: 60_000 };
  expect((await a.source.fetchMarkPrices('kraken', ['BTC/USDT'])).get('BTC/USDT')).toMatchObject({
    value: { markPrice: 6 },
  });
  expect((await a.source.fetchAllTickers({ exchange: 'kraken', type: null })).value.tickers).toMatchObject([
    { last: 5 },
  ]);
  expect((await a.source.fetchTrades({ ...market, limit: 5 })).value).toMatchObject([{ id: 't' }]);
  expect((await a.source.fetchOrderBook({ ...market, limit: 5 })).value).toMatchObject(market);
  expect((await a.source.fetchCandleRange(range)).candles).toMatchObject([{ volume: 3 }]);
  expect(await a.source.candleLimits(range)).toEqual({ perCall: 1000, oldest: Number.NEGATIVE_INFINITY });
  expect((await a.source.fetchTimeframes('kraken', 'BTC/USDT')).value).toEqual(['1m', '1h', '1d']);
  expect((await a.source.fetchMarkets('kraken')).value.get('BTC/USDT')).toEqual(marketOf('kraken', 'BTC/USDT'));
  const { derivatives } = a.source;
  const swap = { exchange: 'kraken', symbol: 'BTC/USDT:USDT' };
  const results = await Promise.allSettled([
    derivatives.fetchFundingRates('kraken', [swap.symbol]),
    derivatives.fetchFundingRateHistory({ ...swap, limit: 5 }),
    derivatives.fetchOpenInterest(swap),
    derivatives.fetchOpenInterestHistory({ ...swap, timeframe: '1h', limit: 5 }),
  ]);
  expect(results).toHaveLength(4);
  const names = ['fundingRates', 'fundingHistory', 'openInterest', 'openInterestHistory'];
  expect(b.events.served.map((line) => line.split(' ')[0]?.slice('query.'.length)).slice(-4)).toEqual(names);
});

test('what needs no exchange is local', () => {
  expect(a.source.exchanges()).toEqual(exchangesA.exchanges());
  expect(a.source.exchange('kraken')).toEqual(exchangesA.exchange('kraken'));
});

test('an unknown exchange is refused without asking anybody', async () => {
  await expect(a.source.fetchOrderBook({ exchange: 'krakn', symbol: 'BTC/USDT', limit: 1 })).rejects.toMatchObject({
    code: 'EXCHANGE_NOT_FOUND',
  });
  expect((await a.source.fetchTickers('krakn', ['BTC/USDT'])).get('BTC/USDT')).toMatchObject({
    code: 'EXCHANGE_NOT_FOUND',
  });
  expect(b.events.served).toEqual([]);
});

test.each(['owner', 'alone'])('an instance that is %s calls the exchange itself', async (kind) => {
  if (kind === 'owner') ownership.give('kraken', 'A');
  else ownersA.setAlone(true);
  await a.source.fetchTickers('kraken', ['BTC/USDT']);
  await a.source.fetchOrderBook({ ...market, limit: 5 });
  expect([exchangesA.tickerCalls.length, exchangesA.orderBookCalls.length, b.events.served.length]).toEqual([1, 1, 0]);
});

test('an instance that becomes the owner while it asks calls the exchange itself', async () => {
  exchangesB.hold();
  const answer = a.source.fetchOrderBook({ ...market, limit: 5 });
  await settle();
  ownership.give('kraken', 'A');
  expect((await answer).value).toMatchObject(market);
  expect(exchangesA.orderBookCalls).toHaveLength(1);
});

test('without an answer, each symbol has the error', async () => {
  ownership.give('kraken', null);
  const results = a.source.fetchTickers('kraken', ['BTC/USDT', 'ETH/USDT']);
  const rates = a.source.derivatives.fetchFundingRates('kraken', ['BTC/USDT:USDT']);
  await clock.advance(10_000);
  expect((await results).get('ETH/USDT')).toMatchObject({
    code: 'EXCHANGE_UNAVAILABLE',
    details: { symbol: 'ETH/USDT' },
  });
  expect((await rates).get('BTC/USDT:USDT')).toMatchObject({ details: { symbol: 'BTC/USDT:USDT' } });
});

describe('the freshness of an answer', () => {
  /** What a cache of B says of a book. */
  function declare(fields: { readonly freshUntil: number; readonly reusableUntil?: number }): void {
    const fetchBook = exchangesB.fetchOrderBook.bind(exchangesB);
    exchangesB.fetchOrderBook = async (query) => ({ ...(await fetchBook(query)), ...fields });
  }

  test('is what is left of it at the owner, so that ages do not add up', async () => {
    declare({ freshUntil: clockB.now() + 300 });
    expect((await a.source.fetchOrderBook({ ...market, limit: 5 })).freshUntil).toBe(clock.now() + 300);
  });

  test('is unknown for a live value', async () => {
    declare({ freshUntil: Number.POSITIVE_INFINITY });
    expect((await a.source.fetchOrderBook({ ...market, limit: 5 })).freshUntil).toBe(0);
  });

  test('is a moment for a value that the owner renews', async () => {
    declare({ freshUntil: clockB.now() - 100, reusableUntil: clockB.now() + 900 });
    const { freshUntil } = await a.source.fetchOrderBook({ ...market, limit: 5 });
    expect(freshUntil - clock.now()).toBeGreaterThan(0);
    expect(freshUntil - clock.now()).toBeLessThan(100);
  });
});

describe('the markets of another instance', () => {
  /** The owner has the same list until a test changes it, and says that it is fresh for a minute. */
  let list: Markets;

  beforeEach(() => {
    list = new Map([['BTC/USDT', marketOf('kraken', 'BTC/USDT')]]);
    exchangesB.fetchMarkets = async () => ({ value: list, freshUntil: clockB.now() + 60_000 });
  });

  const requests = (): number => b.events.served.length;

  test('are remembered', async () => {
    const { value, freshUntil } = await a.source.fetchMarkets('kraken');
    expect(freshUntil).toBe(clock.now() + 60_000);
    await bothAdvance(20_000);
    expect((await a.source.fetchMarkets('kraken')).value).toBe(value);
    expect(requests()).toBe(1);
  });

  test('are asked for once by all queries that wait', async () => {
    await Promise.all([1, 2, 3].map(() => a.source.fetchMarkets('kraken')));
    expect(requests()).toBe(1);
  });

  test('are renewed in the background, and stay the same object if nothing has changed', async () => {
    const { value } = await a.source.fetchMarkets('kraken');
    await bothAdvance(31_000);
    await a.source.fetchMarkets('kraken');
    await settle();
    const renewed = await a.source.fetchMarkets('kraken');
    expect([renewed.value === value, renewed.freshUntil, requests()]).toEqual([true, clock.now() + 60_000, 2]);
  });

  test('are replaced once the owner has another list, and the old one is no longer current', async () => {
    const first = await a.source.fetchMarkets('kraken');
    list = new Map([...list, ['ETH/USDT', marketOf('kraken', 'ETH/USDT')]]);
    await bothAdvance(31_000);
    await a.source.fetchMarkets('kraken');
    await settle();
    expect((await a.source.fetchMarkets('kraken')).value.has('ETH/USDT')).toBe(true);
    expect(first.isCurrent?.()).toBe(false);
  });

  test('still answer while there is no owner, but not for ever', async () => {
    const { value } = await a.source.fetchMarkets('kraken');
    ownership.give('kraken', null);
    await bothAdvance(300_000);
    expect((await a.source.fetchMarkets('kraken')).value).toBe(value);
    await bothAdvance(300_001);
    const late = a.source.fetchMarkets('kraken').catch((error: unknown) => error);
    await bothAdvance(10_000);
    expect(await late).toBeInstanceOf(MarketDataError);
  });

  test('are fresh for a few seconds if some are missing', async () => {
    const error = new MarketDataError('TIMEOUT', 'no list', { exchange: 'kraken' });
    list = Object.assign(new Map(list), { whyMissing: () => error });
    const { value, freshUntil } = await a.source.fetchMarkets('kraken');
    expect(value.whyMissing?.('X/Y')).toMatchObject({ code: 'TIMEOUT', details: { symbol: 'X/Y' } });
    expect(freshUntil).toBe(clock.now() + 5000);
  });
});

test('the timeframes of a market are remembered until the exchange turns out to refuse one', async () => {
  let timeframes: readonly string[] = ['1m', '1h'];
  exchangesB.fetchTimeframes = async () => ({ value: timeframes, freshUntil: clockB.now() + 60_000 });
  const series = { ...market, timeframe: '1h' };
  await a.source.fetchTimeframes('kraken', 'BTC/USDT');
  await a.source.fetchTimeframes('kraken', 'BTC/USDT');
  await a.source.candleLimits(series);
  await a.source.candleLimits(series);
  expect(b.events.served).toEqual(['query.timeframes answered', 'query.candleLimits answered']);
  timeframes = ['1m'];
  exchangesB.setCandles(new MarketDataError('TIMEFRAME_NOT_SUPPORTED', 'no 1h'));
  const range = { ...series, since: 0, until: 3_600_000 };
  await expect(a.source.fetchCandleRange(range)).rejects.toMatchObject({ code: 'TIMEFRAME_NOT_SUPPORTED' });
  expect((await a.source.fetchTimeframes('kraken', 'BTC/USDT')).value).toEqual(['1m']);
});
