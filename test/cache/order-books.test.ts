import { beforeEach, describe, expect, test } from 'vitest';
import { OrderBookCache } from '../../src/cache/order-books.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import { FakeMarketData } from '../support/fakes/fake-market-data.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

const ttlMs = 1000;
const staleMaxMs = 60_000;
const query = { exchange: 'kraken', symbol: 'BTC/USD', limit: 2 };
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const bids = [3, 2, 1].map((price) => ({ price, amount: 1 }));

let clock: ManualClock;
let port: FakeMarketData;
let cache: OrderBookCache;

beforeEach(() => {
  clock = new ManualClock();
  port = new FakeMarketData(clock);
  port.setOrderBook({ bids });
  cache = new OrderBookCache({ upstream: port, clock, ttlMs, staleMaxMs });
});

describe('order books', () => {
  test('cost one call for the same query within the ttl, and while a call is in progress', async () => {
    const release = port.hold();
    const both = [cache.fetchOrderBook(query), cache.fetchOrderBook(query)];
    release();
    const [one, other] = await Promise.all(both);
    expect(one?.value).toBe(other?.value);
    await clock.advance(ttlMs - 1);
    await cache.fetchOrderBook(query);
    expect(port.orderBookCalls).toHaveLength(1);
    await cache.fetchOrderBook({ ...query, limit: 3 });
    await cache.fetchOrderBook({ ...query, symbol: 'ETH/USD' });
    expect(port.orderBookCalls).toHaveLength(3);
    await clock.advance(2);
    await cache.fetchOrderBook(query);
    expect(port.orderBookCalls).toHaveLength(4);
  });

  test('are always fetched for a query with maxAgeMs 0, and remembered for other queries', async () => {
    await cache.fetchOrderBook(query);
    await cache.fetchOrderBook(query, { maxAgeMs: 0 });
    await cache.fetchOrderBook(query);
    expect(port.orderBookCalls).toHaveLength(2);
  });

  test('come from memory, marked stale and cut to the limit, while the exchange fails', async () => {
    await cache.fetchOrderBook({ ...query, limit: 3 });
    port.fail(down);
    await clock.advance(ttlMs + 1);
    const { value: book } = await cache.fetchOrderBook(query);
    expect(book).toMatchObject({ stale: true, bids: bids.slice(0, 2) });
    await cache.fetchOrderBook(query);
    expect(port.orderBookCalls).toHaveLength(2);
    await clock.advance(staleMaxMs);
    await expect(cache.fetchOrderBook(query)).rejects.toBe(down);
    port.fail(null);
    await clock.advance(ttlMs + 1);
    expect((await cache.fetchOrderBook(query)).value.stale).toBe(false);
  });

  test('that are hot and could not be renewed are stale at once, and not asked for again before their time', async () => {
    for (let life = 0; life < 4; life++) {
      await cache.fetchOrderBook(query);
      await clock.advance(ttlMs);
    }
    const before = port.orderBookCalls.length;
    port.fail(down);
    const renewed = await cache.fetchOrderBook(query);
    expect(renewed).toMatchObject({ value: { stale: false }, freshUntil: clock.now() });
    await clock.advance(1);
    expect((await cache.fetchOrderBook(query)).value.stale).toBe(true);
    await clock.advance(ttlMs - 2);
    expect((await cache.fetchOrderBook(query)).value.stale).toBe(true);
    expect(port.orderBookCalls).toHaveLength(before + 1);
  });

  test('are requested from the upstream with the age that the caller accepts', async () => {
    const asked: unknown[] = [];
    const fetchOrderBook = port.fetchOrderBook.bind(port);
    port.fetchOrderBook = (given, options) => {
      asked.push(options);
      return fetchOrderBook(given, options);
    };
    await cache.fetchOrderBook(query, { maxAgeMs: 500 });
    await cache.fetchOrderBook(query, { maxAgeMs: 0 });
    expect(asked).toEqual([{ maxAgeMs: 500 }, { maxAgeMs: 0 }]);
  });

  test('are fresh for the ttl; a stale one is fresh as long as its failure, but not past staleMaxMs', async () => {
    const receivedAt = clock.now();
    expect((await cache.fetchOrderBook(query)).freshUntil).toBe(receivedAt + ttlMs);
    port.fail(down);
    await clock.advance(ttlMs);
    expect((await cache.fetchOrderBook(query)).freshUntil).toBe(clock.now() + ttlMs);
    await clock.advance(staleMaxMs - ttlMs - 1);
    expect((await cache.fetchOrderBook(query)).freshUntil).toBe(receivedAt + staleMaxMs + 1);
  });

  test.each([
    ['a little ahead of ours answers as the last known book', 800, true],
    ['far ahead of ours, which was set back, does not answer', 3_600_000, false],
  ])('received by a clock %s', async (_name, aheadMs, isKnown) => {
    port.setOrderBook({ bids, receivedAt: clock.now() + aheadMs });
    await cache.fetchOrderBook(query);
    port.fail(down);
    const answer = cache.fetchOrderBook({ ...query, limit: 1 });
    if (isKnown) expect((await answer).value).toMatchObject({ stale: true });
    else await expect(answer).rejects.toBe(down);
  });

  test('of a symbol that no longer exists do not come from memory', async () => {
    await cache.fetchOrderBook(query);
    await clock.advance(ttlMs + 1);
    port.setOrderBook(new MarketDataError('SYMBOL_NOT_FOUND', 'gone'));
    await expect(cache.fetchOrderBook(query)).rejects.toMatchObject({ code: 'SYMBOL_NOT_FOUND' });
  });
});
