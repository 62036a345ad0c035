import { describe, expect, it, onTestFinished } from 'vitest';
import { createCachedMarketData } from '../../../src/app/cached-market-data.ts';
import type { CallOutcome } from '../../../src/exchange/access/call-listeners.ts';
import type { CircuitState } from '../../../src/exchange/access/circuit.ts';
import { createCatalogue, readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';
import { Exchanges } from '../../../src/exchange/clients/exchanges.ts';
import { createMarketData } from '../../../src/exchange/fetch/create-market-data.ts';
import { ExchangeStreams } from '../../../src/exchange/streams/streams.ts';
import type { MarketDataErrorCode } from '../../../src/market/errors.ts';
import type { Ticker } from '../../../src/market/model/ticker.ts';
import type { StreamListener } from '../../../src/market/ports/market-streams.ts';
import {
  connect,
  expectDiscreet,
  failureOf,
  loadMarkets,
  patientMs,
  requireError,
  type VenueClientOptions,
  venues,
} from '../../support/exchange/venue-client.ts';
import { ForwardClock } from '../../support/fakes/forward-clock.ts';
import { PlainMarketData, PlainSource } from '../../support/fakes/plain-market-data.ts';
import { SkippingClock } from '../../support/fakes/skipping-clock.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Fault } from '../../venues/faults.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';

const second = 1000;
const minute = 60 * second;

async function start(
  id: (typeof venues)[number]['id'],
  options: VenueClientOptions = {},
  clock: SkippingClock | ForwardClock = new SkippingClock(),
) {
  const outcomes: CallOutcome[] = [];
  const changes: (readonly [CircuitState, string | undefined])[] = [];
  const connection = await connect(id, {
    clock,
    random: () => 0,
    onCall: (_, outcome) => outcomes.push(outcome),
    onCircuit: (_, state, error) => changes.push([state, error?.code]),
    ...options,
  });
  onTestFinished(connection.close);
  await loadMarkets(connection);
  connection.venue.reset();
  outcomes.length = 0;
  changes.length = 0;
  const { symbol = '' } = venues.find((venue) => venue.id === id) ?? {};
  const ask = () => connection.client.call((ccxt) => ccxt.fetchTicker(symbol), { symbol });
  return { ...connection, clock, symbol, outcomes, changes, ask };
}

describe.each(venues)('$id', ({ id }) => {
  it.each([
    { status: 429, headers: { 'retry-after': '7' }, code: 'RATE_LIMITED', pauseMs: 7 * second },
    { status: 429, headers: {}, code: 'RATE_LIMITED', pauseMs: 30 * second },
    { status: 418, headers: {}, code: 'RATE_LIMITED', pauseMs: 2 * minute },
    { status: 418, headers: { 'retry-after': '3600' }, code: 'RATE_LIMITED', pauseMs: 60 * minute },
    { status: 403, headers: {}, code: 'GEO_BLOCKED', pauseMs: 10 * minute },
    { status: 451, headers: {}, code: 'GEO_BLOCKED', pauseMs: 10 * minute },
  ])('after HTTP $status $headers nothing is sent for $pauseMs ms, and then one call', async (given) => {
    const { status, headers, code, pauseMs } = given;
    const { venue, clock, ask, symbol, changes, outcomes, exchanges } = await start(id);
    venue.fault({ kind: 'status', status, headers });
    const first = await failureOf(ask());
    expect(first.code).toBe(code);
    clock.skip(pauseMs - 2 * second);
    const refused = await Promise.all(Array.from({ length: 20 }, () => failureOf(ask())));
    expect(venue.count()).toBe(1);
    for (const error of refused) {
      expect(error).toMatchObject({ code, retryable: first.retryable, details: { exchange: id, symbol } });
      expect(error.message).toMatch(new RegExp(`^${id} .*; this server tries again in [12] s\\.$`));
      expect(error.details.retryAfterMs).toBeGreaterThan(0);
      expect(error.details.retryAfterMs).toBeLessThanOrEqual(2 * second + 10);
      expectDiscreet(error);
    }
    expect(exchanges.statuses).toEqual([{ exchange: id, queued: 0, running: 0, circuit: 'open', unnamedMarkets: 0 }]);

    clock.skip(2 * second);
    await Promise.all(Array.from({ length: 20 }, () => failureOf(ask())));
    expect(venue.count()).toBe(2);
    venue.heal();
    clock.skip(pauseMs * 3);
    expect(await ask()).toMatchObject({ symbol });
    await Promise.all(Array.from({ length: 5 }, ask));
    expect(changes).toEqual([
      ['open', code],
      ['half-open', code],
      ['open', code],
      ['half-open', code],
      ['closed', undefined],
    ]);
    const sent = outcomes.filter((outcome) => outcome !== 'CIRCUIT_OPEN');
    expect(sent).toHaveLength(venue.count());
    expect(outcomes).toHaveLength(1 + 20 + 20 + 6);
  });

  it.each(['cut', 'hang'] as const)('after several failures in a row (%s) nothing is sent', async (kind) => {
    const { venue, clock, ask, symbol } = await start(id, {}, new ForwardClock());
    venue.fault({ kind });
    for (let count = 1; count <= 5; count++) {
      const failure = failureOf(ask());
      if (kind === 'hang') {
        await expect.poll(() => venue.count(), { interval: 5 }).toBe(count);
        clock.skip(patientMs);
      }
      await failure;
    }
    const error = await failureOf(ask());
    expect(venue.count()).toBe(5);
    expect(error.message).toContain('this server tries again in 1 s');
    expectDiscreet(error);
    venue.heal();
    clock.skip(minute);
    expect(await ask()).toMatchObject({ symbol });
  });
});

it.each<{ what: string; fault: Fault; code: MarketDataErrorCode }>([
  { what: 'a refusal', fault: { kind: 'status', status: 400 }, code: 'BAD_EXCHANGE_RESPONSE' },
  { what: 'a page of HTML', fault: { kind: 'garbage' }, code: 'BAD_EXCHANGE_RESPONSE' },
  {
    what: 'a market that is closed',
    fault: { kind: 'status', status: 400, body: { code: -1013, msg: 'Market is closed.' } },
    code: 'EXCHANGE_UNAVAILABLE',
  },
])('after $what the circuit stays closed, because the exchange answers', async ({ fault, code }) => {
  const { venue, ask, client } = await start('binance');
  venue.fault(fault);
  for (let count = 0; count < 10; count++) expect((await failureOf(ask())).code).toBe(code);
  expect(venue.count()).toBe(10);
  expect(client.status.circuit).toBe('closed');
});

it('waiting calls are refused when the circuit opens, and are not sent', async () => {
  const { venue, client, ask, outcomes } = await start('kraken');
  venue.delayMs = 20;
  venue.fault({ kind: 'status', status: 429 });
  const calls = Array.from({ length: 30 }, () => failureOf(ask()));
  expect(client.status).toMatchObject({ queued: 20, running: 10 });
  for (const error of await Promise.all(calls)) expect(error.code).toBe('RATE_LIMITED');
  expect(venue.count()).toBe(10);
  expect(outcomes.filter((outcome) => outcome === 'CIRCUIT_OPEN')).toHaveLength(20);
  expect(client.status).toEqual({ exchange: 'kraken', queued: 0, running: 0, circuit: 'open', unnamedMarkets: 0 });
});

it('a call has its whole deadline from its turn on, however long it has waited', async () => {
  const { client } = await start('kraken', { timeoutMs: 1000 });
  const answer = () => client.call(() => new Promise((resolve) => setTimeout(() => resolve('slow'), 600)));
  expect(new Set(await Promise.all(Array.from({ length: 20 }, answer)))).toEqual(new Set(['slow']));
  expect(client.status.circuit).toBe('closed');
});

it('a full queue refuses the next call, which is not sent', async () => {
  const { venue, client, ask, outcomes } = await start('kraken', { maxQueuedCalls: 5 });
  venue.delayMs = 20;
  const calls = Array.from({ length: 15 }, ask);
  expect(await failureOf(ask())).toMatchObject({ code: 'OVERLOADED', details: { symbol: 'BTC/USD' } });
  await Promise.all(calls);
  expect(venue.count()).toBe(15);
  expect(outcomes.filter((outcome) => outcome !== 'ok')).toEqual(['OVERLOADED']);
  expect(client.status).toEqual({ exchange: 'kraken', queued: 0, running: 0, circuit: 'closed', unnamedMarkets: 0 });
});

it('calls that wait for an exchange that hangs are never sent', async () => {
  const { venue, ask, client, clock } = await start('kraken', { timeoutMs: 300 });
  venue.fault({ kind: 'hang' });
  const calls = Array.from({ length: 14 }, () => failureOf(ask()));
  const codes = (await Promise.all(calls)).map(({ code }) => code);
  expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'TIMEOUT'));
  expect(codes.slice(10).every((code) => code === 'OVERLOADED' || code === 'TIMEOUT')).toBe(true);
  expect(venue.count()).toBe(10);
  venue.heal();
  clock.skip(minute);
  // Calls that hung release their slots.
  await expect.poll(() => client.status.running, { interval: 5 }).toBe(0);
  expect(await ask()).toMatchObject({ symbol: 'BTC/USD' });
});

it('the probe does not wait for the slots of calls that hang', async () => {
  const { client, clock } = await start('kraken', { timeoutMs: 300 });
  const never = Array.from({ length: 10 }, () => failureOf(client.call(() => new Promise<never>(() => {}))));
  for (const error of await Promise.all(never)) expect(error.code).toBe('TIMEOUT');
  expect(client.status).toMatchObject({ running: 10, circuit: 'open' });
  clock.skip(2 * second);
  const probe = client.call(async () => 'probe');
  expect(client.status.running).toBe(11);
  expect(await probe).toBe('probe');
  await expect.poll(() => client.status, { interval: 5 }).toMatchObject({ running: 0, circuit: 'closed' });
});

it('markets are not loaded while the circuit is open, and the load is the probe after that', async () => {
  const clock = new SkippingClock();
  const { venue, data, close } = await connect('kraken', { clock, random: () => 0 });
  onTestFinished(close);
  venue.fault({ kind: 'status', status: 429, headers: { 'retry-after': '7' } });
  expect((await failureOf(data.fetchMarkets('kraken'))).code).toBe('RATE_LIMITED');
  const sent = venue.count();
  const refused = await data.fetchTickers('kraken', ['BTC/USD']);
  expect(requireError(refused.get('BTC/USD')).message).toMatch(/this server tries again in 7 s/);
  expect((await failureOf(data.fetchMarkets('kraken'))).code).toBe('RATE_LIMITED');
  expect(venue.count()).toBe(sent);
  venue.heal();
  clock.skip(7 * second + 10);
  expect((await data.fetchMarkets('kraken')).size).toBeGreaterThan(0);
});

it('the last known tickers and books are returned while the circuit is open, marked stale', async () => {
  const { venue, clock, exchanges, symbol } = await start('kraken');
  const port = createCachedMarketData({
    upstream: createMarketData(exchanges, clock),
    clock,
    tickerTtlMs: second,
    staleMaxMs: minute,
    upstreamTimeoutMs: 2000,
  });
  const cached = new PlainMarketData(port, port);
  const ticker = async () => (await cached.fetchTickers('kraken', [symbol])).get(symbol);
  const book = () => cached.fetchOrderBook({ exchange: 'kraken', symbol, limit: 5 });
  expect(await ticker()).toMatchObject({ stale: false });
  expect(await book()).toMatchObject({ stale: false });
  venue.reset();
  venue.fault({ kind: 'status', status: 429 });
  for (let count = 0; count < 5; count++) {
    clock.skip(2 * second);
    expect(await ticker()).toMatchObject({ symbol, stale: true });
    expect(await book()).toMatchObject({ symbol, stale: true });
  }
  expect(venue.count()).toBe(1);
  const query = { exchange: 'kraken', symbol, timeframe: '1h', limit: 3 };
  expect(await failureOf(cached.fetchCandles(query))).toMatchObject({ code: 'RATE_LIMITED' });
  expect(venue.count()).toBe(1);
});

it("one exchange's full queue and open circuit do not affect another one", async () => {
  const [binance, kraken] = [await createBinance(), await createKraken()];
  const clock = new SkippingClock();
  const exchanges = new Exchanges({
    catalogue: createCatalogue(readCatalogue(), null),
    exchangeOptions: {
      binance: { ...binance.exchangeConfig, enableRateLimit: false },
      kraken: { ...kraken.exchangeConfig, enableRateLimit: false },
    },
    clock,
    random: () => 0,
    timeoutMs: 2000,
    maxQueuedCalls: 2,
    onError: () => {},
  });
  onTestFinished(async () => {
    await exchanges.close();
    await Promise.all([binance.close(), kraken.close()]);
  });
  const data = new PlainSource(createMarketData(exchanges, clock));
  const askBinance = () => data.fetchTickers('binance', ['BTC/USDT']);
  await Promise.all([data.fetchMarkets('kraken'), askBinance()]);
  const client = await exchanges.get('kraken');
  kraken.fault({ kind: 'hang' });
  const stuck = Array.from({ length: 12 }, () => failureOf(client.call((ccxt) => ccxt.fetchTicker('BTC/USD'))));
  expect(await failureOf(client.call((ccxt) => ccxt.fetchTicker('BTC/USD')))).toMatchObject({ code: 'OVERLOADED' });
  expect((await askBinance()).get('BTC/USDT')).toMatchObject({ symbol: 'BTC/USDT', stale: false });
  await Promise.all(stuck);
  expect(client.status.circuit).toBe('open');
  expect((await askBinance()).get('BTC/USDT')).toMatchObject({ symbol: 'BTC/USDT', stale: false });
  expect(exchanges.statuses.map(({ exchange, circuit }) => [exchange, circuit]).sort()).toEqual([
    ['binance', 'closed'],
    ['kraken', 'open'],
  ]);
});

it('a live stream continues while the circuit is open, and another one can be opened', async () => {
  const { venue, clock, exchanges, ask, client } = await start('kraken');
  const streams = new ExchangeStreams({
    exchanges,
    clock,
    random: () => 0,
    timeoutMs: 2000,
    silenceMs: 15_000,
    onError: () => {},
  });
  onTestFinished(() => streams.close());
  const prices: (number | null)[] = [];
  const interruptions: unknown[] = [];
  const listener: StreamListener<Ticker> = {
    onMessage: ({ last }) => void prices.push(last),
    onInterrupted: (error) => void interruptions.push(error),
  };
  streams.open({ kind: 'ticker', exchange: 'kraken', symbol: 'BTC/USD' }, listener);
  await expect.poll(() => prices.length, { interval: 5 }).toBeGreaterThan(0);
  venue.fault({ kind: 'status', status: 429 });
  await failureOf(ask());
  expect(client.status.circuit).toBe('open');
  venue.setTicker('BTC/USD', { last: '4711' });
  await expect.poll(() => prices, { interval: 5 }).toContain(4711);
  streams.open({ kind: 'ticker', exchange: 'kraken', symbol: 'ETH/USD' }, listener);
  await expect
    .poll(
      () => {
        venue.setTicker('ETH/USD', { last: '815' });
        return prices;
      },
      { interval: 20 },
    )
    .toContain(815);
  expect(interruptions).toEqual([]);
});

it('waiting calls are refused when the client is closed', async () => {
  const { venue, ask, exchanges } = await start('kraken');
  venue.fault({ kind: 'hang' });
  const calls = Array.from({ length: 12 }, () => failureOf(ask()));
  await expect.poll(() => venue.count(), { interval: 5 }).toBe(10);
  await exchanges.close();
  const errors = await Promise.all(calls);
  expect(errors.slice(10).map(({ message }) => message)).toEqual([
    'This server is stopping.',
    'This server is stopping.',
  ]);
  expect(venue.count()).toBe(10);
});
