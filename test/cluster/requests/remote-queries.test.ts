import { beforeEach, expect, test } from 'vitest';
import type { MarketData } from '../../../src/market/ports/market-data.ts';
import { FakeNetwork } from '../../support/cluster/fakes/fake-network.ts';
import { FakeOwnership } from '../../support/cluster/fakes/fake-owners.ts';
import { FakeStore } from '../../support/cluster/fakes/fake-store.ts';
import { timeAheadBy } from '../../support/cluster/fakes/fake-time.ts';
import { withCaches } from '../../support/cluster/live/cached-port.ts';
import { RequestInstance } from '../../support/cluster/request-instance.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const book = { exchange: 'kraken', symbol: 'BTC/USDT', limit: 5 };

let clock: ManualClock;
let exchange: FakeMarketData;
/** What the clients of each instance ask; the first one owns the exchange. */
let ports: readonly Pick<MarketData, 'fetchTickers' | 'fetchOrderBook'>[];

beforeEach(() => {
  clock = new ManualClock();
  const network = new FakeNetwork();
  const ownership = new FakeOwnership(clock);
  const store = new FakeStore(clock);
  exchange = new FakeMarketData(clock);
  exchange.set('BTC/USDT', { last: 5 });
  ports = Array.from({ length: 8 }, (_, index) => {
    const exchanges = index === 0 ? exchange : new FakeMarketData(clock);
    const owners = ownership.join(`instance ${index}`);
    const common = { bus: network.connect(), store, owners, time: timeAheadBy(0), clock, exchanges };
    if (index > 0) return withCaches(new RequestInstance(common).source, clock);
    const served = withCaches(exchange, clock);
    new RequestInstance({ ...common, served });
    return served;
  });
  ownership.give('kraken', 'instance 0');
});

test('a stampede of equal queries on eight instances is one call', async () => {
  const clients = ports.flatMap((port) => Array.from({ length: 50 }, () => port));
  const tickers = clients.map((port) => port.fetchTickers('kraken', ['BTC/USDT']));
  const books = clients.map((port) => port.fetchOrderBook(book));
  await clock.advance(100);
  for (const results of await Promise.all(tickers))
    expect(results.get('BTC/USDT')).toMatchObject({ value: { last: 5 } });
  for (const { value } of await Promise.all(books)) expect(value.symbol).toBe('BTC/USDT');
  expect([exchange.tickerCalls.length, exchange.orderBookCalls.length]).toEqual([1, 1]);
});

test('no instance has a value that is older than its time to live, however many caches it passes', async () => {
  await Promise.all([ports[0]?.fetchOrderBook(book), clock.advance(100)]);
  await clock.advance(800);
  const [second] = await Promise.all([ports[1]?.fetchOrderBook(book), clock.advance(20)]);
  const receivedAt = second?.value.receivedAt ?? 0;
  expect(clock.now() - receivedAt).toBeGreaterThan(800);
  await clock.advance(1000 - (clock.now() - receivedAt));
  const [third] = await Promise.all([ports[1]?.fetchOrderBook(book), clock.advance(20)]);
  expect(third?.value.receivedAt).toBeGreaterThan(receivedAt);
  expect(exchange.orderBookCalls).toHaveLength(2);
});
