import { describe, expect, it, onTestFinished } from 'vitest';
import type { Market } from '../../../src/market/model/market.ts';
import {
  brokenAnswers,
  connect,
  expectDiscreet,
  failureOf,
  loadMarkets,
  type VenueClient,
  type VenueClientOptions,
  venues,
} from '../../support/exchange/venue-client.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';
import { SkippingClock } from '../../support/fakes/skipping-clock.ts';
import type { Fault } from '../../venues/faults.ts';

const hourMs = 3_600_000;

type Id = (typeof venues)[number]['id'];

async function start(id: Id, options?: VenueClientOptions): Promise<VenueClient> {
  const connection = await connect(id, options);
  onTestFinished(connection.close);
  return connection;
}

const emptyLists: Readonly<Record<Id, Fault>> = {
  binance: { kind: 'status', status: 200, match: /exchangeInfo/, body: { symbols: [] } },
  kraken: { kind: 'status', status: 200, match: /AssetPairs/, body: { error: [], result: {} } },
  coinbase: { kind: 'status', status: 200, match: /products/, body: { products: [] } },
};

describe.each(venues)('$id', ({ id, symbol, loads }) => {
  it('loads its markets once for all calls at the same time, and not again', async () => {
    const { venue, data } = await start(id);
    const all = await Promise.all(Array.from({ length: 20 }, () => data.fetchMarkets(id)));
    expect(new Set(all).size).toBe(1);
    expect(await data.fetchMarkets(id)).toBe(all[0]);
    expect(venue.count()).toBe(loads);
  });

  it('lists every market of the exchange, sorted by symbol', async () => {
    const { venue, data } = await start(id);
    const markets = await data.fetchMarkets(id);
    expect([...markets.keys()]).toEqual(venue.markets.map((market) => market.symbol).sort());
    for (const listed of venue.markets) {
      const market = markets.get(listed.symbol);
      expect(market).toMatchObject({ exchange: id, symbol: listed.symbol, active: listed.active });
      expect(market?.pricePrecision).toBe(Number(listed.priceStep));
      expect(market?.amountPrecision).toBe(Number(listed.amountStep));
      expect(Object.isFrozen(market)).toBe(true);
    }
  });

  it.each([
    ...brokenAnswers.map((kind) => ({ name: kind, fault: { kind } })),
    { name: '503', fault: { kind: 'status', status: 503 } as const },
    { name: '429', fault: { kind: 'status', status: 429 } as const },
    { name: 'an empty list', fault: emptyLists[id] },
  ])('$name at first use is a typed error, and the next call heals', async ({ fault }) => {
    const clock = new SkippingClock();
    const { venue, data } = await start(id, { clock, timeoutMs: 150 });
    venue.fault(fault);
    const error = await failureOf(data.fetchMarkets(id));
    expect(error.retryable).toBe(true);
    expect(error.details).toMatchObject({ exchange: id });
    expectDiscreet(error);
    venue.heal();
    // An exchange that limits this server is not called for a while.
    clock.skip(hourMs);
    // A load that was abandoned at the deadline may still fail on its fault.
    await expect
      .poll(
        () =>
          data.fetchMarkets(id).then(
            ({ size }) => size,
            () => 0,
          ),
        { interval: 5 },
      )
      .toBeGreaterThan(0);
    expect((await data.fetchTickers(id, [symbol])).get(symbol)).toMatchObject({ symbol });
  });

  it('keeps its old markets while refreshes fail, and adopts the new ones when a refresh succeeds', async () => {
    const clock = new ManualClock();
    let loaded = 0;
    const onCall = (): void => {
      loaded += 1;
    };
    const { venue, data, client } = await start(id, { clock, timeoutMs: 150, onCall });
    const before = await data.fetchMarkets(id);
    const [gone = ''] = [...before.keys()].filter((name) => name !== symbol);
    venue.delist(gone);
    const faults: readonly Fault[] = [...brokenAnswers.map((kind) => ({ kind })), emptyLists[id]];
    for (const [index, fault] of faults.entries()) {
      venue.fault(fault);
      await clock.advance(hourMs);
      await expect.poll(() => loaded, { interval: 5 }).toBe(index + 2);
      venue.heal();
      expect(await data.fetchMarkets(id)).toBe(before);
      expect(Object.keys(await client.ccxt.loadMarkets())).toEqual(expect.arrayContaining([...before.keys()]));
      expect(client.ccxt.symbols).toHaveLength(before.size);
      expect(client.ccxt.market(symbol).symbol).toBe(symbol);
      expect(Object.keys(await client.ccxt.fetchTickers([symbol]))).toEqual([symbol]);
    }
    await clock.advance(hourMs);
    await expect.poll(async () => (await data.fetchMarkets(id)).has(gone), { interval: 5 }).toBe(false);
    expect(client.ccxt.symbols).toHaveLength(before.size - 1);
  });
});

it.each([
  { random: 0, dueMs: 0.75 * hourMs },
  { random: 0.5, dueMs: hourMs },
  { random: 0.999_999, dueMs: 1.25 * hourMs },
])('refreshes after $dueMs ms when the random number is $random, again and again', async ({ random, dueMs }) => {
  const clock = new ManualClock();
  const { venue, data } = await start('kraken', { clock, random: () => random });
  await data.fetchMarkets('kraken');
  for (const round of [1, 2]) {
    venue.reset();
    await settle();
    expect(clock.pending).toBe(1);
    await clock.advance(dueMs - 10_000);
    expect(venue.count()).toBe(0);
    const before = await data.fetchMarkets('kraken');
    await clock.advance(10_000);
    await expect.poll(async () => (await data.fetchMarkets('kraken')) !== before, { interval: 5 }).toBe(true);
    expect([round, venue.count()]).toEqual([round, 2]);
  }
});

it('a refresh that the exchange rejects with a time to wait is tried again after that time, and not an hour later', async () => {
  const clock = new ManualClock();
  const { venue, data } = await start('kraken', { clock });
  const before = await data.fetchMarkets('kraken');
  venue.fault({ kind: 'status', status: 429, headers: { 'retry-after': '600' } });
  await clock.advance(hourMs);
  await expect.poll(() => clock.pending, { interval: 5 }).toBe(1);
  venue.heal();
  venue.reset();
  await clock.advance(600_000);
  expect(venue.count()).toBe(0);
  await clock.advance(120_000);
  await expect.poll(async () => (await data.fetchMarkets('kraken')) !== before, { interval: 5 }).toBe(true);
  expect(venue.count()).toBe(2);
});

it('answers from the old markets while a refresh hangs', async () => {
  const clock = new ManualClock();
  const { venue, data, errors } = await start('kraken', { clock, timeoutMs: 150 });
  const before = await data.fetchMarkets('kraken');
  venue.fault({ kind: 'hang', match: /Asset/ });
  await clock.advance(hourMs);
  expect(await data.fetchMarkets('kraken')).toBe(before);
  expect((await data.fetchTickers('kraken', ['BTC/USD'])).get('BTC/USD')).toMatchObject({ symbol: 'BTC/USD' });
  expect(errors).toEqual([]);
  await expect.poll(() => errors.length, { interval: 5 }).toBe(1);
});

it.each(['loaded', 'while loading', 'while refreshing'] as const)('close leaves no timer: %s', async (when) => {
  const clock = new ManualClock();
  const { venue, data, exchanges, errors } = await start('kraken', { clock });
  const loading = data.fetchMarkets('kraken').then(
    () => 'loaded',
    () => 'failed',
  );
  if (when === 'while loading') venue.delayMs = 20;
  else expect(await loading).toBe('loaded');
  await settle();
  if (when === 'loaded') expect(clock.pending).toBe(1);
  if (when === 'while refreshing') {
    venue.fault({ kind: 'hang' });
    await clock.advance(hourMs);
    await expect.poll(() => venue.count(), { interval: 5 }).toBe(3);
  }
  await exchanges.close();
  await loading;
  if (when === 'while refreshing') await expect.poll(() => errors.length, { interval: 5 }).toBe(1);
  await settle();
  expect(clock.pending).toBe(0);
  venue.heal();
  venue.reset();
  await clock.advance(2 * hourMs);
  expect(venue.count()).toBe(0);
});

const contract = { base: 'BTC', quote: 'USDT', settle: 'USDT', type: 'swap', contractSize: 1, expiry: null } as const;

it.each<{ readonly id: Id; readonly market: Partial<Market> }>([
  { id: 'binance', market: { symbol: 'BTC/USDT', base: 'BTC', settle: null, type: 'spot', contractSize: null } },
  { id: 'binance', market: { symbol: 'BTC/USDT:USDT', ...contract } },
  { id: 'binance', market: { ...contract, symbol: 'BTC/USD:BTC', quote: 'USD', settle: 'BTC', contractSize: 100 } },
  { id: 'binance', market: { symbol: 'LUNA/USDT', active: false } },
  { id: 'kraken', market: { symbol: 'DOGE/USD', base: 'DOGE', quote: 'USD', type: 'spot', expiry: null } },
  { id: 'kraken', market: { symbol: 'MATIC/USD', active: false } },
  { id: 'coinbase', market: { ...contract, symbol: 'BTC/USDC:USDC', quote: 'USDC', settle: 'USDC' } },
])('$id: $market.symbol in our model', async ({ id, market }) => {
  const { data } = await start(id);
  expect((await data.fetchMarkets(id)).get(market.symbol ?? '')).toMatchObject(market);
});

it('coinbase: a failed list of futures is not an error, as in ccxt', async () => {
  const connection = await start('coinbase');
  connection.venue.fault({ kind: 'status', status: 503, match: /product_type=FUTURE/ });
  await loadMarkets(connection);
  expect((await connection.data.fetchMarkets('coinbase')).has('BTC/USD')).toBe(true);
});
