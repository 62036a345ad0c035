import { beforeEach, expect, test } from 'vitest';
import { protocolVersion } from '../../../src/cluster/connection/namespace.ts';
import { feedMethods, queryMethods } from '../../../src/cluster/requests/methods/methods.ts';
import { packRequest, unpackReply } from '../../../src/cluster/requests/protocol/messages.ts';
import { pack } from '../../../src/cluster/wire/envelope.ts';
import type { Json } from '../../../src/cluster/wire/fields.ts';
import { type FakeBus, FakeNetwork } from '../../support/cluster/fakes/fake-network.ts';
import { type FakeOwners, FakeOwnership } from '../../support/cluster/fakes/fake-owners.ts';
import { FakeStore } from '../../support/cluster/fakes/fake-store.ts';
import { timeAheadBy } from '../../support/cluster/fakes/fake-time.ts';
import { RequestInstance } from '../../support/cluster/request-instance.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';

let clock: ManualClock;
let ownership: FakeOwnership;
let exchanges: FakeMarketData;
let owner: RequestInstance;
let owners: FakeOwners;
let bus: FakeBus;
let asking: FakeBus;
let replies: string[];

beforeEach(() => {
  clock = new ManualClock();
  const network = new FakeNetwork();
  ownership = new FakeOwnership(clock);
  exchanges = new FakeMarketData(clock);
  owners = ownership.join('B');
  bus = network.connect();
  const store = new FakeStore(clock);
  owner = new RequestInstance({ bus, store, owners, time: timeAheadBy(0), clock, exchanges, maxRunning: 3 });
  ownership.give('kraken', 'B');
  asking = network.connect();
  replies = [];
  asking.listen('channel:replies:A', (bytes) => {
    const reply = unpackReply(bytes);
    replies.push(typeof reply === 'string' ? reply : `${reply.id} ${reply.outcome}`);
  });
});

async function send(message: Buffer): Promise<void> {
  await asking.publish('channel:requests:B', message);
  await settle();
}

function request(id: number, query: Json = ['kraken', 'BTC/USDT', 5], method = queryMethods.orderBook.name): Buffer {
  return packRequest({ id, from: 'A', method, sentAt: clock.now(), timeoutMs: 5000, query, options: null });
}

test('a request is answered', async () => {
  await send(request(1));
  expect(replies).toEqual(['1 answer']);
});

test.each([
  ['nothing', () => Buffer.alloc(0)],
  ['no JSON', () => Buffer.from(`${String.fromCharCode(protocolVersion)}{`)],
  ['another form', () => pack(['a', 1])],
  ['an unknown method', () => request(1, [], 'query.secrets')],
  ['endless candles', () => request(1, ['kraken', 'BTC/USDT', '1m', 0, 1e12], queryMethods.candleRange.name)],
  ['candles at no time', () => request(1, ['kraken', 'BTC/USDT', '1m', 0, 'NaN'], queryMethods.candleRange.name)],
  ['another query', () => request(1, ['kraken', 7, 5])],
  ['a query that is no list', () => request(1, 'kraken')],
  ['megabytes', () => request(1, ['kraken', 'x'.repeat(2 ** 20), 5])],
])('a message that contains %s is counted, and does no harm', async (_, create) => {
  await send(create());
  expect([replies, owner.events.refused, exchanges.orderBookCalls]).toEqual([[], ['malformed'], []]);
  await send(request(2));
  expect(replies).toEqual(['2 answer']);
});

test('a message of another version is not read', async () => {
  const message = request(1);
  message[0] = protocolVersion + 1;
  await send(message);
  expect([replies, owner.events.refused]).toEqual([[], ['version']]);
});

test('no more requests run than there is room for', async () => {
  const release = exchanges.hold();
  for (const id of [1, 2, 3, 4]) await send(request(id));
  expect([replies, owner.server.running]).toEqual([['4 error'], 3]);
  release();
  await settle();
  expect(replies).toEqual(['4 error', '1 answer', '2 answer', '3 answer']);
  expect(owner.server.running).toBe(0);
  expect(owner.events.served).toContain('query.orderBook overloaded');
});

test('an error that is a bug is reported, and its text is not sent', async () => {
  exchanges.fetchOrderBook = async () => {
    throw new TypeError('secret');
  };
  const bodies: string[] = [];
  asking.listen('channel:replies:A', (bytes) => bodies.push(bytes.toString()));
  await send(request(1));
  expect(replies).toEqual(['1 error']);
  expect(owner.events.errors).toEqual([new TypeError('secret')]);
  expect(bodies.join()).not.toContain('secret');
});

test('goes on when Redis cannot be reached', async () => {
  const release = exchanges.hold();
  await send(request(1));
  bus.isDown = true;
  release();
  await settle();
  expect([replies, owner.events.errors, owner.server.running]).toEqual([[], [], 0]);
  bus.reconnect();
  await send(request(2));
  expect(replies).toEqual(['2 answer']);
});

test('once closed, it neither listens nor replies', async () => {
  const release = exchanges.hold();
  await send(request(1));
  owner.close();
  release();
  await send(request(2));
  expect([replies, bus.listening, owner.server.running]).toEqual([[], 0, 0]);
});

test('every method is served', async () => {
  const methods = [...Object.values(queryMethods), ...Object.values(feedMethods)].map(({ name }) => name);
  expect(new Set(methods).size).toBe(methods.length);
  for (const name of methods) await send(request(1, [], name));
  // An unknown method would be refused as the query is: the query is read first.
  expect(owner.events.refused).toHaveLength(methods.length);
  const queries: Readonly<Record<string, Json>> = {
    orderBook: ['kraken', 'BTC/USDT', 5],
    tickers: ['kraken', ['BTC/USDT']],
    markPrices: ['kraken', ['BTC/USDT']],
    fundingRates: ['kraken', ['BTC/USDT']],
    allTickers: ['kraken', null],
    markets: ['kraken', null],
    timeframes: ['kraken', 'BTC/USDT'],
    candleLimits: ['kraken', 'BTC/USDT', '1m'],
    candleRange: ['kraken', 'BTC/USDT', '1m', 0, 60_000],
    candles: ['kraken', 'BTC/USDT', '1m', 0, null, 5],
    trades: ['kraken', 'BTC/USDT', null, null, 5],
    fundingHistory: ['kraken', 'BTC/USDT:USDT', null, null, 5],
    openInterest: ['kraken', 'BTC/USDT:USDT'],
    openInterestHistory: ['kraken', 'BTC/USDT:USDT', '1h', null, null, 5],
  };
  for (const [index, name] of methods.entries()) {
    await send(request(index, queries[name.split('.')[1] ?? ''] ?? null, name));
    expect([name, replies.at(-1)?.split(' ')[0]]).toEqual([name, String(index)]);
  }
});
