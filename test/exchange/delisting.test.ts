import { describe, expect, it, onTestFinished } from 'vitest';
import type { Clock } from '../../src/market/clock.ts';
import { MarketDataError } from '../../src/market/error.ts';
import type { TickerResults } from '../../src/market/market-data.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  connect,
  expectDiscreet,
  loadMarkets,
  requireError,
  type VenueClient,
  venues,
} from '../support/venue-client.ts';

/** More than any halving may cost: the batch itself and twenty more. */
const maxRequests = 21;

function failed(results: TickerResults): readonly string[] {
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
    // Halving ten, five, three, two; Coinbase leaves it out and needs none of it.
    expect(connection.venue.count()).toBeLessThanOrEqual(id === 'coinbase' ? 1 : 9);
  });

  it('half of them: every symbol has an entry and the number of requests is bounded', async () => {
    const connection = await start(id);
    const symbols = spotSymbols(connection, 16);
    for (const [index, name] of symbols.entries()) if (index % 2 === 0) connection.venue.delist(name);
    const results = await connection.data.fetchTickers(id, symbols);
    expect([...results.keys()].sort()).toEqual([...symbols].sort());
    const gone = symbols.filter((_, index) => index % 2 === 0);
    expect(failed(results)).toEqual(expect.arrayContaining(gone));
    // Where the calls ran out before all were found, no symbol that exists is said not to.
    for (const symbol of failed(results)) {
      const { isFinal, retryable } = requireError(results.get(symbol));
      if (!gone.includes(symbol))
        expect({ symbol, isFinal, retryable }).toEqual({ symbol, isFinal: false, retryable: true });
    }
    expect(connection.venue.count()).toBeLessThanOrEqual(maxRequests);
  });

  it('what was found is not asked for again within a minute, and the others need one request', async () => {
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
