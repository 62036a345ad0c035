import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MarketDataError } from '../../../../src/market/errors.ts';
import {
  connect,
  expectDiscreet,
  requireError,
  type VenueClient,
  venues,
} from '../../../support/exchange/venue-client.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';
import type { PlainTickers } from '../../../support/fakes/plain-market-data.ts';

function failed(results: PlainTickers): readonly string[] {
  return [...results].filter(([, result]) => result instanceof MarketDataError).map(([symbol]) => symbol);
}

function spotSymbols({ venue }: VenueClient, count: number): readonly string[] {
  return venue.markets
    .filter(({ symbol, active }) => active && !symbol.includes(':'))
    .slice(0, count)
    .map(({ symbol }) => symbol);
}

const batches = {
  binance: /^\/api\/v3\/ticker\/24hr\?symbols=\[/,
  kraken: /^\/0\/public\/Ticker\?pair=/,
  coinbase: /^\/api\/v3\/brokerage\/market\/products\?product_ids=/,
} as const;

describe.each(venues)('$id', ({ id, symbol }) => {
  const clock = new ManualClock(Date.UTC(2026, 2, 4, 12));
  let connection: VenueClient;

  beforeAll(async () => {
    connection = await connect(id, { clock });
    await connection.data.fetchMarkets(id);
  });
  beforeEach(() => connection.venue.reset());
  afterAll(() => connection.close());

  it('ten symbols of one type are one request, and each has its own numbers', async () => {
    const { venue, data } = connection;
    const symbols = spotSymbols(connection, 10);
    for (const [index, name] of symbols.entries()) venue.setTicker(name, { last: `${index + 1}.25` });
    const results = await data.fetchTickers(id, symbols);
    expect(venue.count()).toBe(1);
    expect(venue.count(batches[id])).toBe(1);
    expect(results.size).toBe(10);
    for (const [index, name] of symbols.entries()) {
      expect(results.get(name)).toMatchObject({
        exchange: id,
        symbol: name,
        last: index + 1.25,
        source: 'FETCH',
        stale: false,
      });
    }
  });

  it('one symbol is one call for that symbol', async () => {
    const { venue, data } = connection;
    venue.setTicker(symbol, { last: '123.45', bid: '123.40', ask: '123.50' });
    expect((await data.fetchTickers(id, [symbol])).get(symbol)).toMatchObject({
      last: 123.45,
      bid: 123.4,
      ask: 123.5,
      receivedAt: Date.UTC(2026, 2, 4, 12),
    });
    expect(venue.count()).toBe(1);
    if (id !== 'kraken') expect(venue.count(batches[id])).toBe(0);
  });

  it('a symbol that is given twice is requested once', async () => {
    const results = await connection.data.fetchTickers(id, [symbol, symbol]);
    expect([...results.keys()]).toEqual([symbol]);
    expect(connection.venue.count()).toBe(1);
    expect(Object.values(connection.venue.requests[0]?.query ?? {}).join()).not.toContain(',');
  });

  it.each([
    'constructor',
    '__proto__',
    'toString',
    '',
    'BTCUSDT',
    'XXBTZUSD',
    'BTC-USD',
    'btc/usd',
    `${symbol} `,
    'x'.repeat(5000),
  ])('%j is SYMBOL_NOT_FOUND without any request, and the rest is answered', async (bad) => {
    const { venue, data } = connection;
    expect(requireError((await data.fetchTickers(id, [bad])).get(bad)).code).toBe('SYMBOL_NOT_FOUND');
    expect(venue.count()).toBe(0);
    const results = await data.fetchTickers(id, [bad, ...spotSymbols(connection, 3)]);
    expect(failed(results)).toEqual([bad]);
    expect(results.size).toBe(4);
    expect(venue.count()).toBe(1);
    const error = requireError(results.get(bad));
    expect(error.message.length).toBeLessThan(300);
    expect(error.details).toMatchObject({ exchange: id, symbol: bad });
    expectDiscreet(error);
  });

  it('a symbol that the exchange leaves out of the batch fails alone, with the error of its own request', async () => {
    const { venue, data } = connection;
    const symbols = spotSymbols(connection, 5);
    const [, gone = ''] = symbols;
    venue.removeTicker(gone);
    // It is not requested alone each time.
    for (const requests of [2, 1]) {
      venue.reset();
      const results = await data.fetchTickers(id, symbols);
      expect(failed(results)).toEqual([gone]);
      const error = requireError(results.get(gone));
      expect(error).toMatchObject({ retryable: false, details: { exchange: id, symbol: gone } });
      expectDiscreet(error);
      expect(venue.count()).toBe(requests);
    }
    venue.setTicker(gone, {});
    expect(failed(await data.fetchTickers(id, symbols))).toEqual([]);
  });

  it('an outage of the batch is an error of each symbol, after one request and its retry', async () => {
    const { venue, data } = connection;
    venue.fault({ kind: 'status', status: 503 });
    const symbols = spotSymbols(connection, 6);
    const idleTimers = clock.pending;
    const fetching = data.fetchTickers(id, symbols);
    // The deadline, and the pause before the retry.
    await expect.poll(() => clock.pending, { interval: 5 }).toBe(idleTimers + 2);
    await clock.advance(300);
    const results = await fetching;
    venue.heal();
    expect(failed(results)).toEqual(symbols);
    for (const name of symbols) expect(requireError(results.get(name)).details).toMatchObject({ symbol: name });
    expect(venue.count()).toBe(2);
  });
});
