import { describe, expect, it, onTestFinished } from 'vitest';
import { MarketDataError } from '../../src/market/error.ts';
import type { TickerResults } from '../../src/market/market-data.ts';
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

async function start(id: (typeof venues)[number]['id']): Promise<VenueClient> {
  const connection = await connect(id);
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
    expect(failed(results)).toEqual(expect.arrayContaining(symbols.filter((_, index) => index % 2 === 0)));
    expect(connection.venue.count()).toBeLessThanOrEqual(maxRequests);
  });

  it('all requests refused as invalid: bounded too', async () => {
    const connection = await start(id);
    connection.venue.fault({ kind: 'status', status: 400 });
    const symbols = spotSymbols(connection, 16);
    expect(failed(await connection.data.fetchTickers(id, symbols))).toHaveLength(symbols.length);
    expect(connection.venue.count()).toBeLessThanOrEqual(maxRequests);
  });
});
