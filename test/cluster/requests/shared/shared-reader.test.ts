import { beforeEach, describe, expect, test } from 'vitest';
import type { FetchOptions } from '../../../../src/market/ports/market-data.ts';
import { type FakeBus, FakeNetwork } from '../../../support/cluster/fakes/fake-network.ts';
import { FakeOwnership } from '../../../support/cluster/fakes/fake-owners.ts';
import { FakeStore } from '../../../support/cluster/fakes/fake-store.ts';
import { timeAheadBy } from '../../../support/cluster/fakes/fake-time.ts';
import { RequestInstance } from '../../../support/cluster/request-instance.ts';
import { FakeMarketData, tickerOf } from '../../../support/fakes/fake-market-data.ts';
import { ManualClock, settle } from '../../../support/fakes/manual-clock.ts';

const book = { exchange: 'kraken', symbol: 'BTC/USDT', limit: 5 };

let clock: ManualClock;
let network: FakeNetwork;
let ownership: FakeOwnership;
let store: FakeStore;
let exchange: FakeMarketData;
let owner: RequestInstance;
let others: readonly RequestInstance[];
/** How long an answer of the owner is fresh, in ms. */
let freshMs: number;

function join(name: string, exchanges: FakeMarketData, bus: FakeBus = network.connect()): RequestInstance {
  return new RequestInstance({ bus, store, owners: ownership.join(name), time: timeAheadBy(0), clock, exchanges });
}

beforeEach(() => {
  clock = new ManualClock();
  network = new FakeNetwork();
  ownership = new FakeOwnership(clock);
  store = new FakeStore(clock);
  exchange = new FakeMarketData(clock);
  freshMs = 1000;
  const fetchOrderBook = exchange.fetchOrderBook.bind(exchange);
  exchange.fetchOrderBook = async (query) => ({ ...(await fetchOrderBook(query)), freshUntil: clock.now() + freshMs });
  exchange.fetchTickers = async (id, symbols, options) => {
    exchange.tickerCalls.push({ exchange: id, symbols, options });
    const receivedAt = clock.now();
    const toFresh = (symbol: string) => ({
      value: tickerOf({ exchange: id, symbol, receivedAt }),
      freshUntil: receivedAt + freshMs,
    });
    return new Map(symbols.map((symbol) => [symbol, toFresh(symbol)]));
  };
  owner = join('owner', exchange);
  others = ['A', 'B', 'C'].map((name) => join(name, new FakeMarketData(clock)));
  ownership.give('kraken', 'owner');
});

async function ask(index: number, options?: FetchOptions): Promise<number> {
  const answer = await others[index]?.source.fetchOrderBook(book, options);
  // What the owner writes to Redis does not wait.
  await settle();
  return answer?.freshUntil ?? 0;
}

/** A and B have asked, and know that the owner shares the book. */
async function makeShared(): Promise<void> {
  for (const index of [0, 1, 0]) await ask(index);
}

const calls = (): number => exchange.orderBookCalls.length;

test('an answer that one instance alone wants is not written to Redis, and is not looked for there', async () => {
  await ask(0);
  await clock.advance(freshMs);
  await ask(0);
  expect([store.writes.length, store.reads.length, calls()]).toEqual([0, 0, 2]);
});

test('an answer that two instances want is read from Redis by the next', async () => {
  await makeShared();
  const asked = calls();
  expect(await ask(1)).toBe(clock.now() + freshMs);
  expect(await ask(0)).toBe(clock.now() + freshMs);
  expect(calls()).toBe(asked);
  expect(others[1]?.events.shared).toEqual(['hit']);
  expect(store.writes.every(({ ttlMs, key }) => ttlMs === freshMs && key.startsWith('key:answer:'))).toBe(true);
});

test('what is left of its freshness is what Redis says, not what it was', async () => {
  await makeShared();
  const until = clock.now() + freshMs;
  await clock.advance(400);
  expect(await ask(1)).toBe(until);
});

test('once it is too old, the owner is asked again', async () => {
  await makeShared();
  const asked = calls();
  await clock.advance(freshMs);
  await ask(1);
  expect(calls()).toBe(asked + 1);
});

test('once nobody else wants it, it is no longer written', async () => {
  await makeShared();
  const written = store.writes.length;
  await clock.advance(10_000);
  await ask(0);
  await ask(0);
  expect(store.writes.length).toBe(written);
});

test('a live value is shared for a moment only', async () => {
  freshMs = Number.POSITIVE_INFINITY;
  await makeShared();
  const asked = calls();
  expect(await ask(1)).toBe(0);
  expect(calls()).toBe(asked);
  await clock.advance(250);
  await ask(1);
  expect(calls()).toBe(asked + 1);
});

test('an answer of unknown freshness is not shared', async () => {
  freshMs = Number.NEGATIVE_INFINITY;
  await makeShared();
  expect(store.writes).toEqual([]);
});

describe('a query', () => {
  test('that accepts no older value gets a new one', async () => {
    await makeShared();
    const asked = calls();
    await ask(1, { maxAgeMs: 0 });
    expect(calls()).toBe(asked + 1);
  });

  test.each([
    [500, 'hit', 0],
    [300, 'miss', 1],
  ])('that accepts a book of %i ms is a %s if it is 400 ms old', async (maxAgeMs, event, more) => {
    await makeShared();
    const asked = calls();
    await clock.advance(400);
    await ask(1, { maxAgeMs });
    expect([others[1]?.events.shared.at(-1), calls()]).toEqual([event, asked + more]);
  });

  test('after a change of the owner is not answered with a value of the former one', async () => {
    await makeShared();
    const next = new FakeMarketData(clock);
    join('D', next);
    ownership.give('kraken', 'D');
    await ask(1);
    expect(next.orderBookCalls).toHaveLength(1);
  });
});

describe('if Redis', () => {
  test('has no memory left, the owner answers', async () => {
    store.isFull = true;
    await makeShared();
    await ask(1);
    expect(owner.events.shared).toContain('write_failed');
    expect(others[1]?.events.requests.every((line) => line.includes('answered'))).toBe(true);
  });

  test('refuses to read, the owner answers', async () => {
    await makeShared();
    store.isDown = true;
    const asked = calls();
    await ask(1);
    expect([others[1]?.events.shared, calls()]).toEqual([['read_failed'], asked + 1]);
  });

  test('does not answer within 50 ms, the owner does', async () => {
    await makeShared();
    store.hangs = true;
    const asked = calls();
    const answer = others[1]?.source.fetchOrderBook(book);
    await clock.advance(50);
    expect((await answer)?.value.symbol).toBe('BTC/USDT');
    expect(calls()).toBe(asked + 1);
  });

  test('has something else there, the owner answers', async () => {
    await makeShared();
    for (const { key } of [...store.writes]) await store.set(key, Buffer.from('\u0001{'), 1000);
    const asked = calls();
    await ask(1);
    expect(calls()).toBe(asked + 1);
    for (const { key } of [...store.writes]) await store.set(key, Buffer.from('\u0001[1,9e15]\nx'), 1000);
    await ask(1);
    expect(others[1]?.events.errors).toEqual([]);
  });
});

describe('tickers are shared one by one', () => {
  async function askTickers(index: number, symbols: readonly string[]): Promise<readonly string[]> {
    const results = await others[index]?.source.fetchTickers('kraken', symbols, { maxAgeMs: freshMs });
    await settle();
    return [...(results?.keys() ?? [])].sort();
  }

  const asked = (): readonly (readonly string[])[] => exchange.tickerCalls.map(({ symbols }) => symbols);

  test('and the owner is asked for the rest', async () => {
    for (const index of [0, 1, 0]) await askTickers(index, ['A/B', 'C/D']);
    const before = asked().length;
    expect(await askTickers(1, ['A/B', 'C/D', 'E/F'])).toEqual(['A/B', 'C/D', 'E/F']);
    expect(asked().slice(before)).toEqual([['E/F']]);
    expect(await askTickers(0, ['C/D'])).toEqual(['C/D']);
    expect(asked().length).toBe(before + 1);
  });

  test('but not those of a long list', async () => {
    const symbols = Array.from({ length: 51 }, (_, index) => `X${index}/Y`);
    for (const index of [0, 1, 0]) await askTickers(index, symbols);
    expect(store.writes).toEqual([]);
  });
});
