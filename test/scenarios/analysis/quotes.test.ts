import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { quoteWaitMs } from '../../../src/market/quotes/quote-timeout.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { SkippingClock } from '../../support/fakes/skipping-clock.ts';
import { type AppServer, type FakeServer, startServer } from '../../support/server.ts';
import { connect, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createCoinbase } from '../../venues/coinbase/coinbase.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';

const many = Array.from({ length: 201 }, (_, index) => `x${index}`);

const document = `query ($symbol: String! = "BTC/USDT", $exchanges: [ID!]!) {
  quote(symbol: $symbol, exchanges: $exchanges) {
    symbol
    bestBid { exchange { id } price amount }
    bestAsk { exchange { id } price amount }
    spread median volumeWeighted
    exchanges { exchange { id } leftOut errorCode bidLeftOut ticker { last stale } }
  }
}`;

describe('over market data that the test sets', () => {
  let server: FakeServer;

  beforeEach(async () => {
    const marketData = new FakeMarketData(systemClock, ['kraken', 'binance', 'okx', ...many]);
    server = await startServer({ fake: { marketData, cached: true } });
    marketData.set('BTC/USDT', { last: 100, bid: 99, bidVolume: 1, ask: 101, baseVolume: 1 }, 'kraken');
    marketData.set('BTC/USDT', { last: 104, bid: 102, ask: 103, askVolume: 2, baseVolume: 3 }, 'binance');
  });

  afterEach(() => server.stop());

  const expected = {
    symbol: 'BTC/USDT',
    bestBid: { exchange: { id: 'binance' }, price: 102, amount: null },
    bestAsk: { exchange: { id: 'kraken' }, price: 101, amount: null },
    spread: -1,
    median: 102,
    volumeWeighted: 103,
    exchanges: [
      {
        exchange: { id: 'kraken' },
        leftOut: null,
        errorCode: null,
        bidLeftOut: null,
        ticker: { last: 100, stale: false },
      },
      {
        exchange: { id: 'binance' },
        leftOut: null,
        errorCode: null,
        bidLeftOut: null,
        ticker: { last: 104, stale: false },
      },
    ],
  };

  test('the answer is the same over HTTP, compiled or not, and over a WebSocket', async () => {
    const exchanges = ['kraken', 'binance'];
    for (let time = 1; time <= 3; time++) {
      server.clock.skip(5000);
      expect(await server.query(document, { exchanges })).toMatchObject({ data: { quote: expected }, errors: [] });
    }
    const client = connect(server.webSocketUrl);
    const operation = subscribe(client, document, { exchanges });
    await operation.ended();
    expect(operation.results).toMatchObject([{ data: { quote: expected } }]);
    await client.dispose();
  });

  test('an id that comes twice counts once', async () => {
    const { data } = await server.query(document, { exchanges: ['kraken', 'binance', 'kraken'] });
    expect(data.quote).toMatchObject(expected);
    expect(data.quote.exchanges).toHaveLength(2);
  });

  test('an unknown id among others is left out, with its own error', async () => {
    for (let time = 1; time <= 3; time++) {
      const { data, errors } = await server.query(document, { exchanges: ['krakn', 'kraken', 'binance', 'nope'] });
      expect(data.quote).toMatchObject(expected);
      expect(errors).toMatchObject([
        { path: ['quote'], extensions: { code: 'EXCHANGE_NOT_FOUND', exchange: 'krakn', suggestions: ['kraken'] } },
        { path: ['quote'], extensions: { code: 'EXCHANGE_NOT_FOUND', exchange: 'nope' } },
      ]);
    }
  });

  test.each([
    [
      'unknown exchanges',
      ['krakn', 'binanc'],
      'EXCHANGE_NOT_FOUND',
      'krakn"; did you mean kraken? There is no exchange "binanc"',
    ],
    ['no exchange', [], 'BAD_USER_INPUT', 'exchanges is empty; give at least one id.'],
    ['201 exchanges', many, 'BAD_USER_INPUT', 'exchanges has 201 entries; it may have at most 200.'],
  ])('a quote over %s is refused', async (_name, exchanges, code, message) => {
    const { data, errors } = await server.query(document, { exchanges });
    expect(data ?? null).toBeNull();
    expect(errors).toMatchObject([{ message: expect.stringContaining(message), extensions: { code } }]);
  });

  test('200 exchanges are one quote', async () => {
    server.marketData.set('BTC/USDT', { last: 5 });
    const { data, errors } = await server.query(document, { exchanges: many.slice(0, 200) });
    expect(errors).toEqual([]);
    expect(data.quote).toMatchObject({ median: 5 });
    expect(data.quote.exchanges).toHaveLength(200);
    expect(server.marketData.tickerCalls).toHaveLength(200);
  });

  test('symbols of different quote currencies are different markets', async () => {
    server.marketData.set('BTC/USD', { last: 1 }, 'kraken');
    const { data, errors } = await server.query(document, { symbol: 'BTC/USD', exchanges: ['kraken', 'binance'] });
    expect(errors).toEqual([]);
    expect(data.quote).toMatchObject({
      median: 1,
      exchanges: [{ leftOut: null }, { leftOut: 'NOT_LISTED', errorCode: 'SYMBOL_NOT_FOUND', ticker: null }],
    });
  });

  test('an exchange that fails is listed with its code, and a stale ticker is shown and left out', async () => {
    const exchanges = ['kraken', 'binance', 'okx'];
    server.marketData.failOn('okx', new MarketDataError('GEO_BLOCKED', 'not from here'));
    await server.query(document, { exchanges });
    server.clock.skip(2000);
    server.marketData.failOn('binance', new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
    const { data, errors } = await server.query(document, { exchanges });
    expect(errors).toEqual([]);
    expect(data.quote).toMatchObject({
      bestBid: { exchange: { id: 'kraken' } },
      median: 100,
      exchanges: [
        { leftOut: null },
        { leftOut: 'STALE', errorCode: null, ticker: { last: 104, stale: true } },
        { leftOut: 'FAILED', errorCode: 'GEO_BLOCKED', ticker: null },
      ],
    });
  });
});

test('answers without a failure are kept for a second, because of their ages', async () => {
  const clock = new SkippingClock();
  await using server = await startServer({ config: { exchanges: ['sim'], tickerTtlMs: 60_000 }, clock });
  const query = '{ quote(symbol: "BTC/USDT", exchanges: ["sim"]) { median exchanges { ageMs leftOut } } }';
  await server.get(query);
  clock.skip(5000);
  const first = await server.get(query);
  expect(first.headers['cache-control']).toMatch(/^public, (no-cache|max-age=1)$/);
  expect(first.headers.etag).toEqual(expect.any(String));
  expect(JSON.parse(first.text).data.quote.exchanges[0].ageMs).toBeGreaterThanOrEqual(5000);
  clock.skip(1000);
  expect(JSON.parse((await server.get(query)).text).data.quote.exchanges[0].ageMs).toBeGreaterThanOrEqual(6000);
  const missing = query.replace('BTC/USDT', 'BTC/NOPE');
  const answer = await server.get(missing);
  expect(answer.text).toContain('NOT_LISTED');
  expect(answer.headers.etag).toEqual(expect.any(String));
});

describe('over stand-ins of three exchanges', () => {
  /** The three seconds that a quote waits for an exchange pass at once. */
  const hurried: Clock = {
    now: systemClock.now,
    after: (delayMs, callback) => systemClock.after(delayMs === quoteWaitMs ? 200 : delayMs, callback),
  };
  const ids = ['binance', 'kraken', 'coinbase'];
  let venues: Readonly<Record<string, Venue>>;
  let server: AppServer;

  beforeEach(async () => {
    const [binance, kraken, coinbase] = await Promise.all([createBinance(), createKraken(), createCoinbase()]);
    venues = { binance, kraken, coinbase };
    for (const venue of Object.values(venues))
      venue.setTicker('BTC/USDT', { last: '65000', bid: '64999', ask: '65001' });
    server = await startServer({ config: { exchanges: ids, upstreamTimeoutMs: 30_000 }, venues, clock: hurried });
    await server.query(
      `{ ${ids.map((id) => `${id}: market(exchange: "${id}", symbol: "BTC/USDT") { id }`).join(' ')} }`,
    );
  });

  afterEach(async () => {
    for (const venue of Object.values(venues)) venue.heal();
    await Promise.all(Object.values(venues).map((venue) => venue.close()));
    await server.stop();
  });

  const ask = async (symbol = 'BTC/USDT') => (await server.query(document, { symbol, exchanges: ids })).data.quote;

  test('their tickers side by side', async () => {
    venues.kraken?.setTicker('BTC/USDT', { last: '65010', bid: '65005', ask: '65012' });
    expect(await ask()).toMatchObject({
      bestBid: { exchange: { id: 'kraken' }, price: 65_005 },
      bestAsk: { exchange: { id: 'binance' }, price: 65_001 },
      spread: -4,
      median: 65_000,
      exchanges: [{ leftOut: null }, { leftOut: null }, { leftOut: null }],
    });
  });

  test('one that hangs delays nobody, and its answer is there for the next quote', async () => {
    const { kraken } = venues;
    kraken?.fault({ kind: 'hang', match: /Ticker/ });
    const quote = await ask();
    expect(quote).toMatchObject({
      median: 65_000,
      exchanges: [{ leftOut: null }, { leftOut: 'FAILED', errorCode: 'TIMEOUT' }, { leftOut: null }],
    });
    // The call that hangs is still the one that answers; nobody makes another.
    await ask();
    expect(kraken?.count(/Ticker/)).toBe(1);
  });

  test('one with an absurd price is left out', async () => {
    venues.coinbase?.setTicker('BTC/USDT', { last: '65', bid: '64', ask: '66' });
    expect(await ask()).toMatchObject({
      bestAsk: { price: 65_001 },
      exchanges: [{ leftOut: null }, { leftOut: null }, { leftOut: 'OUTLIER', ticker: { last: 65 } }],
    });
  });

  test('one without exactly this symbol is not asked', async () => {
    const before = venues.binance?.count();
    expect(await ask('BTC/USD')).toMatchObject({ exchanges: [{ leftOut: 'NOT_LISTED' }, { leftOut: null }, {}] });
    expect(venues.binance?.count()).toBe(before);
  });
});
