import { expect, it, onTestFinished } from 'vitest';
import { createCatalogue, readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';
import { Exchanges } from '../../../src/exchange/clients/exchanges.ts';
import type { ExchangeOptions } from '../../../src/exchange/clients/instance.ts';
import { createMarketData } from '../../../src/exchange/fetch/create-market-data.ts';
import { connect, expectDiscreet, failureOf, requireError, venues } from '../../support/exchange/venue-client.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';
import { PlainSource } from '../../support/fakes/plain-market-data.ts';

function create(
  exchangeOptions: Readonly<Record<string, ExchangeOptions>> = {},
  allowed: readonly string[] | null = null,
) {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const exchanges = new Exchanges({
    catalogue: createCatalogue(readCatalogue(), allowed),
    exchangeOptions,
    clock,
    random: () => 0.5,
    timeoutMs: 500,
    onError: (_, error) => errors.push(error),
  });
  onTestFinished(() => exchanges.close());
  return { exchanges, errors, clock, data: new PlainSource(createMarketData(exchanges, clock)) };
}

it('creates one instance of an exchange for concurrent and later gets, without contacting it', async () => {
  const { exchanges, clock } = create();
  const clients = await Promise.all(Array.from({ length: 5 }, () => exchanges.get('kraken')));
  expect(new Set([...clients, await exchanges.get('kraken')]).size).toBe(1);
  expect(clients[0]?.info).toBe(exchanges.catalogue.get('kraken'));
  expect(clients[0]?.ccxt.last_request_url).toBeUndefined();
  // Another HTTP client would bypass proxies and limits.
  expect(clients[0]?.ccxt.undiciModule).toBeDefined();
  expect(clock.pending).toBe(0);
});

it.each(['', 'Kraken', 'constructor', '__proto__', '../sim/sim'])('%j is EXCHANGE_NOT_FOUND', async (id) => {
  expect(await failureOf(create().exchanges.get(id))).toMatchObject({ code: 'EXCHANGE_NOT_FOUND' });
});

it('an exchange that is not allowed is EXCHANGE_NOT_FOUND, and is never loaded', async () => {
  const { exchanges, data } = create({}, ['sim']);
  expect(await failureOf(exchanges.get('kraken'))).toMatchObject({ code: 'EXCHANGE_NOT_FOUND' });
  expect(data.exchanges().map(({ id }) => id)).toEqual(['sim']);
  expect((await data.fetchMarkets('sim')).size).toBeGreaterThan(0);
});

it('the options of an exchange reach ccxt, and override our own defaults', async () => {
  const { exchanges } = create({
    kraken: { urls: { api: { public: 'http://127.0.0.1:1' } }, rateLimit: 7, timeout: 99 },
  });
  const { ccxt } = await exchanges.get('kraken');
  expect(ccxt.urls.api).toMatchObject({ public: 'http://127.0.0.1:1' });
  expect(ccxt).toMatchObject({ rateLimit: 7, timeout: 99, enableLastHttpResponse: false });
  expect((await exchanges.get('coinbase')).ccxt.timeout).toBe(500);
});

it('an exchange that refuses connections is EXCHANGE_UNAVAILABLE', async () => {
  const options = { urls: { api: { public: 'http://127.0.0.1:1' } }, enableRateLimit: false };
  const { data, errors, clock } = create({ kraken: options });
  const failing = failureOf(data.fetchMarkets('kraken'));
  await expect.poll(() => errors.length, { interval: 5 }).toBe(1);
  // It is called once more.
  await clock.advance(300);
  const error = await failing;
  expect(error).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', retryable: true });
  expectDiscreet(error);
});

it('sandbox: uses the test network if there is one', async () => {
  const { exchanges } = create({ binance: { sandbox: true } });
  const { ccxt } = await exchanges.get('binance');
  expect(ccxt.isSandboxModeEnabled).toBe(true);
  expect(JSON.stringify(ccxt.urls.api)).toContain('testnet');
  expect(ccxt).not.toHaveProperty('sandbox', true);
});

it.each(['kraken', 'coinbase'])('sandbox: %s has none, which is an error', async (id) => {
  const { exchanges, data } = create({ [id]: { sandbox: true } });
  const error = await failureOf(exchanges.get(id));
  expect(error).toMatchObject({ code: 'NOT_SUPPORTED', retryable: false });
  expect(error.message).toBe(`${id} has no test network: remove sandbox from its options.`);
  expect(await failureOf(data.fetchMarkets(id))).toMatchObject({ code: 'NOT_SUPPORTED' });
  expect(requireError((await data.fetchTickers(id, ['BTC/USD'])).get('BTC/USD')).code).toBe('NOT_SUPPORTED');
});

it('an instance that could not be created is a typed error, and is tried again', async () => {
  let attempts = 0;
  const options = {
    get proxyUrl() {
      attempts += 1;
      if (attempts < 3) throw new Error('https://secret.example');
      return undefined;
    },
  };
  const { exchanges, errors } = create({ kraken: options });
  const [first, second] = await Promise.all([failureOf(exchanges.get('kraken')), failureOf(exchanges.get('kraken'))]);
  expect(first).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  expect(second).toBe(first);
  expectDiscreet(first);
  await failureOf(exchanges.get('kraken'));
  expect((await exchanges.get('kraken')).info.id).toBe('kraken');
  expect(attempts).toBe(3);
  expect(errors).toHaveLength(2);
});

it.each(venues)(
  'close ends all sockets, timers and running calls of $id, which do not count as failures',
  async ({ id, symbol, loads }) => {
    const clock = new ManualClock();
    const outcomes = new Set<string>();
    const connection = await connect(id, { clock, onCall: (_, outcome) => outcomes.add(outcome) });
    const { venue, exchanges, data } = connection;
    onTestFinished(connection.close);
    await data.fetchMarkets(id);
    venue.fault({ kind: 'hang' });
    const stuck = data.fetchTickers(id, [symbol]);
    await expect.poll(() => venue.count(), { interval: 5 }).toBe(loads + 1);
    await exchanges.close();
    expect(requireError((await stuck).get(symbol)).retryable).toBe(true);
    expect([...outcomes]).toEqual(['ok']);
    await settle();
    expect(clock.pending).toBe(0);
    await expect.poll(() => venue.openSockets, { interval: 5 }).toBe(0);
  },
);

it('close waits for instances that are being created, and can be called twice', async () => {
  const { exchanges, clock } = create();
  const making = exchanges.get('kraken');
  await exchanges.close();
  expect((await making).info.id).toBe('kraken');
  await exchanges.close();
  expect(clock.pending).toBe(0);
});

it('after close no instance is created', async () => {
  const { exchanges } = create();
  await exchanges.close();
  expect(await failureOf(exchanges.get('kraken'))).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
});

it('an empty list of symbols returns no tickers and loads nothing', async () => {
  const connection = await connect('kraken');
  onTestFinished(connection.close);
  expect(await connection.data.fetchTickers('kraken', [])).toEqual(new Map());
  expect(connection.venue.count()).toBe(0);
});
