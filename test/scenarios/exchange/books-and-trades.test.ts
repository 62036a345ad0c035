import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  brokenAnswers,
  connect,
  expectDiscreet,
  failureOf,
  type VenueClient,
  venues,
} from '../../support/exchange/venue-client.ts';

describe.each(venues)('$id', ({ id, symbol }) => {
  let connection: VenueClient;

  beforeAll(async () => {
    connection = await connect(id, { timeoutMs: 1000 });
    await connection.data.fetchMarkets(id);
  });
  afterEach(() => connection.venue.heal());
  afterAll(() => connection.close());

  const book = (limit: number) => connection.data.fetchOrderBook({ exchange: id, symbol, limit });
  const trades = (query: { readonly limit: number; readonly since?: number }) =>
    connection.data.fetchTrades({ exchange: id, symbol, ...query });

  it("returns the venue's book, best first, with at most the requested depth", async () => {
    connection.venue.setTicker(symbol, {
      last: '64000',
      bid: '63999.5',
      bidVolume: '1.25',
      ask: '64000.5',
      askVolume: '0.75',
    });
    for (const limit of [1, 3, 20, 1000]) {
      const { bids, asks, stale, exchange, symbol: of } = await book(limit);
      expect([bids[0], asks[0]]).toEqual([
        { price: 63999.5, amount: 1.25 },
        { price: 64000.5, amount: 0.75 },
      ]);
      expect([bids.length <= limit, asks.length <= limit, stale, exchange, of]).toEqual([
        true,
        true,
        false,
        id,
        symbol,
      ]);
      expect(bids.map(({ price }) => price)).toEqual(bids.map(({ price }) => price).sort((a, b) => b - a));
      expect(asks.map(({ price }) => price)).toEqual(asks.map(({ price }) => price).sort((a, b) => a - b));
    }
  });

  it('returns the newest trades oldest first, each once, at most as many as requested', async () => {
    connection.venue.holdTrades(symbol);
    const recorded = connection.venue.trade(symbol, { price: '64321.5', amount: '0.5', side: 'sell' });
    for (const limit of [1, 5, 50]) {
      const list = await trades({ limit });
      expect(list).toHaveLength(limit);
      expect(list.at(-1)).toMatchObject({
        id: String(recorded.id),
        price: 64321.5,
        amount: 0.5,
        side: 'sell',
        exchange: id,
        symbol,
      });
      expect(list.map(({ timestamp }) => timestamp)).toEqual(
        list.map(({ timestamp }) => timestamp).sort((a, b) => a - b),
      );
      expect(new Set(list.map((trade) => trade.id)).size).toBe(limit);
    }
  });

  it('returns the first trades from since on, including those at since itself', async () => {
    connection.venue.holdTrades(symbol);
    const all = await trades({ limit: 20 });
    const since = all[5]?.timestamp ?? 0;
    const expected = all.filter(({ timestamp }) => timestamp >= since);
    const list = await trades({ since, limit: 1000 });
    expect(list.map((trade) => trade.id)).toEqual(expected.map((trade) => trade.id));
    expect((await trades({ since, limit: 2 })).map((trade) => trade.id)).toEqual(
      expected.slice(0, 2).map((trade) => trade.id),
    );
  });

  it.each([0, -1, 1001])('refuses a limit of %i without a call', async (limit) => {
    connection.venue.reset();
    for (const asked of [book(limit), trades({ limit })]) {
      expect(await failureOf(asked)).toMatchObject({
        code: 'BAD_USER_INPUT',
        message: expect.stringContaining('from 1 to 1000'),
      });
    }
    expect(connection.venue.requests).toHaveLength(0);
  });

  it('names a symbol that does not exist', async () => {
    const query = { exchange: id, symbol: 'BTC/NOPE', limit: 5 };
    for (const asked of [connection.data.fetchOrderBook(query), connection.data.fetchTrades(query)]) {
      const error = await failureOf(asked);
      expect(error.code).toBe('SYMBOL_NOT_FOUND');
      expect(error.message).toContain('BTC/NOPE');
    }
  });

  it.each(brokenAnswers)(
    'turns a broken answer into an error that does not mention the transport: %s',
    async (kind) => {
      connection.venue.fault({ kind });
      for (const error of await Promise.all([failureOf(book(5)), failureOf(trades({ limit: 5 }))])) {
        expect(['TIMEOUT', 'EXCHANGE_UNAVAILABLE', 'BAD_EXCHANGE_RESPONSE']).toContain(error.code);
        expect(error.retryable).toBe(true);
        expectDiscreet(error);
      }
    },
  );
});

it.each([
  { status: 451, code: 'GEO_BLOCKED' },
  { status: 400, body: { code: -1121, msg: 'Invalid symbol.' }, code: 'SYMBOL_NOT_FOUND' },
])('a failure with $code says nothing about whether single trades are available', async ({ code, ...answer }) => {
  const { venue, data, client, close } = await connect('binance');
  onTestFinished(close);
  await data.fetchMarkets('binance');
  venue.fault({ kind: 'status', match: /[/]trades/, ...answer });
  const error = await failureOf(data.fetchTrades({ exchange: 'binance', symbol: 'BTC/USDT', limit: 5 }));
  expect(error.code).toBe(code);
  const market = client.ccxt.market('BTC/USDT');
  expect(client.limits.refusesVariant({ name: 'publicGetTrades', market })).toBe(false);
});
