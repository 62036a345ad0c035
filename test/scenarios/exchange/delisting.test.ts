import { describe, expect, it, onTestFinished } from 'vitest';
import type { Clock } from '../../../src/base/clock.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import {
  connect,
  expectDiscreet,
  loadMarkets,
  requireError,
  type VenueClient,
  venues,
} from '../../support/exchange/venue-client.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import type { PlainTickers } from '../../support/fakes/plain-market-data.ts';

/** The maximum cost of sixteen symbols: each alone, plus the refused batches that they were in. */
const maxRequests = 21;

function failed(results: PlainTickers): readonly string[] {
  return [...results].filter(([, result]) => result instanceof MarketDataError).map(([symbol]) => symbol);
}

async function start(id: (typeof venues)[number]['id'], clock?: Clock): Promise<VenueClient> {
  const connection = await connect(id, clock ? { clock } : {});
  onTestFinished(connection.close);
  await loadMarkets(connection);
  connection.venue.reset();
  return connection;
}

function spotSymbols({ venue }: VenueClient, count: number): readonly string[] {
  return venue.markets
    .filter(({ symbol, active }) => active && !symbol.includes(':'))
    .slice(0, count)
    .map(({ symbol }) => symbol);
}

describe.each(venues)('$id, after markets were delisted', ({ id }) => {
  it('one of ten: only that one fails, in few requests', async () => {
    const connection = await start(id);
    const symbols = spotSymbols(connection, 10);
    const [, , , gone = ''] = symbols;
    connection.venue.delist(gone);
    const results = await connection.data.fetchTickers(id, symbols);
    expect(failed(results)).toEqual([gone]);
    expect(results.size).toBe(10);
    const error = requireError(results.get(gone));
    expect(error.details).toMatchObject({ exchange: id, symbol: gone });
    expectDiscreet(error);
    // Splitting ten, five and three; Coinbase leaves it out, and it is requested alone.
    expect(connection.venue.count()).toBeLessThanOrEqual(id === 'coinbase' ? 2 : 9);
  });

  it('half of them: every symbol has an entry and the number of requests is bounded', async () => {
    const connection = await start(id);
    const symbols = spotSymbols(connection, 16);
    for (const [index, name] of symbols.entries()) if (index % 2 === 0) connection.venue.delist(name);
    const results = await connection.data.fetchTickers(id, symbols);
    expect([...results.keys()].sort()).toEqual([...symbols].sort());
    const gone = symbols.filter((_, index) => index % 2 === 0);
    expect(failed(results).toSorted()).toEqual(gone.toSorted());
    expect(connection.venue.count()).toBeLessThanOrEqual(maxRequests);
  });

  it('a symbol that was found is not requested again within a minute, and the others need one request', async () => {
    const clock = new ManualClock();
    const connection = await start(id, clock);
    const symbols = spotSymbols(connection, 10);
    const [gone = ''] = symbols;
    connection.venue.delist(gone);
    await connection.data.fetchTickers(id, symbols);
    connection.venue.reset();
    expect(failed(await connection.data.fetchTickers(id, symbols))).toEqual([gone]);
    expect(connection.venue.count()).toBe(1);
    connection.venue.relist(gone);
    await clock.advance(60_001);
    expect(failed(await connection.data.fetchTickers(id, symbols))).toEqual([]);
  });

  it('all requests refused as invalid: bounded too', async () => {
    const connection = await start(id);
    connection.venue.fault({ kind: 'status', status: 400 });
    const symbols = spotSymbols(connection, 16);
    expect(failed(await connection.data.fetchTickers(id, symbols))).toHaveLength(symbols.length);
    expect(connection.venue.count()).toBeLessThanOrEqual(maxRequests);
  });
});

describe('binance, while one market is closed', () => {
  const closed = {
    kind: 'status',
    status: 400,
    body: '{"code":-1013,"msg":"Market is closed."}',
  } as const;

  it.each([
    ['in one request', true],
    ['one by one', false],
  ])('only that one fails, asked %s', async (_, batch) => {
    const connection = await start('binance');
    connection.client.ccxt.has.fetchTickers = batch;
    const symbols = spotSymbols(connection, 16);
    connection.venue.fault({ ...closed, match: /ticker\/24hr.*BTCUSDT/ });
    const results = await connection.data.fetchTickers('binance', symbols);
    expect(failed(results)).toEqual(['BTC/USDT']);
    const error = requireError(results.get('BTC/USDT'));
    expect({ code: error.code, retryable: error.retryable }).toEqual({ code: 'EXCHANGE_UNAVAILABLE', retryable: true });
    expectDiscreet(error);
  });
});

describe.each(['kraken', 'binance'] as const)('%s, after it refused every market for a moment', (id) => {
  it('is called again immediately', async () => {
    const connection = await start(id);
    const symbols = spotSymbols(connection, 3);
    connection.venue.fault({ kind: 'status', status: 404, body: 'not found', match: /ticker/i });
    expect(failed(await connection.data.fetchTickers(id, symbols)).length).toBe(3);
    connection.venue.heal();
    expect(failed(await connection.data.fetchTickers(id, symbols))).toEqual([]);
  });
});

it('symbols that were not requested because of an outage have an error that says so', async () => {
  const connection = await start('binance');
  connection.client.ccxt.has.fetchTickers = false;
  connection.venue.fault({ kind: 'status', status: 429, body: '{}', match: /ticker/ });
  const symbols = spotSymbols(connection, 16);
  const results = await connection.data.fetchTickers('binance', symbols);
  for (const symbol of symbols) {
    const error = requireError(results.get(symbol));
    expect(error.code).toBe('RATE_LIMITED');
    expect(error.details.symbol).toBe(symbol);
    expect(error.message).toContain(symbol);
  }
  expect(connection.venue.count()).toBeLessThan(symbols.length);
});
