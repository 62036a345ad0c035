import { afterEach, beforeEach, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { StreamKind, StreamMessages, StreamRequest } from '../../../src/market/ports/market-streams.ts';
import { lingerMs } from '../../support/feed/live-feeds.ts';
import { TwoInstances } from '../../support/feed/two-instances.ts';

const symbol = 'BTC/USDT';
const market = { exchange: 'kraken', symbol };
const down = new MarketDataError('TIMEOUT', 'down');

let instances: TwoInstances;
let seen: string[];

beforeEach(() => {
  instances = new TwoInstances();
  seen = [];
  instances.owner.port.set(symbol, { last: 1 });
});

afterEach(() => instances.leaveNothing());

function open<K extends StreamKind>(request: StreamRequest<K>, describe: (message: StreamMessages[K]) => string) {
  return instances.relay.streams.open(request, {
    onOpen: () => seen.push('open'),
    onMessage: (message, isFirst) => seen.push(`${describe(message)}${isFirst ? ' first' : ''}`),
    onInterrupted: ({ code }) => seen.push(code),
  });
}

const openTicker = () => open({ kind: 'ticker', ...market }, ({ last, stale }) => `${last}${stale ? ' stale' : ''}`);

test('sends what the topic sends, marks, interruption and return included, until it is closed', async () => {
  const { port, clock, feeds } = instances.owner;
  const stream = openTicker();
  expect(seen).toEqual([]);
  await clock.advance(100);
  port.set(symbol, { last: 2 });
  await clock.advance(1000);
  port.fail(down);
  await clock.advance(3000);
  port.fail(null);
  await clock.advance(31_000);
  expect(seen).toEqual(['open', '1 first', '2', '2 stale', 'TIMEOUT', 'open', '2']);
  stream.close();
  port.set(symbol, { last: 3 });
  await clock.advance(lingerMs);
  expect(seen).toHaveLength(7);
  expect(feeds.counts.topics).toBe(0);
});

test('says that trades are up to date although there are none, and again after a failure', async () => {
  const { port, clock } = instances.owner;
  const stream = open({ kind: 'trades', ...market }, (trades) => `${trades.length} trades`);
  await clock.advance(100);
  expect(seen).toEqual(['open', '0 trades first']);
  port.fail(down);
  await clock.advance(2000);
  port.fail(null);
  await clock.advance(31_000);
  expect(seen.slice(2)).toEqual(['TIMEOUT', 'open', '0 trades']);
  stream.redial(true);
  expect(seen.at(-1)).toBe('0 trades first');
  stream.close();
});

test('reports a market that does not exist, and joins it later', async () => {
  const { port, clock } = instances.owner;
  port.set(symbol, new MarketDataError('SYMBOL_NOT_FOUND', 'no such market'));
  const stream = openTicker();
  await clock.advance(1000);
  expect(seen).toEqual(['SYMBOL_NOT_FOUND']);
  port.set(symbol, { last: 5 });
  await clock.advance(31_000);
  expect(seen.slice(1)).toEqual(['open', '5 first']);
  stream.close();
});

test('makes a book as deep as it is wanted, and deeper when that changes', async () => {
  const { port, clock } = instances.owner;
  const side = Array.from({ length: 30 }, (_, index) => ({ price: index + 1, amount: 1 }));
  port.setOrderBook({ bids: side, asks: side });
  let depth = 5;
  const stream = open({ kind: 'orderBook', ...market, depth: () => depth }, ({ bids }) => `${bids.length} bids`);
  await clock.advance(100);
  expect(port.orderBookCalls.map(({ limit }) => limit)).toEqual([5]);
  depth = 20;
  await clock.advance(2500);
  expect(port.orderBookCalls.at(-1)?.limit).toBe(20);
  depth = 10;
  await clock.advance(2500);
  expect(port.orderBookCalls.at(-1)?.limit).toBe(10);
  stream.close();
});

test('opens liquidations only where the exchange streams them, although nothing may come', async () => {
  const { streams, clock } = instances.owner;
  expect(instances.relay.streams.offers('kraken', 'liquidations')).toBe(false);
  expect(instances.relay.streams.offers('kraken', 'openInterest')).toBe(true);
  streams.offer('liquidations');
  expect(instances.relay.streams.offers('kraken', 'liquidations')).toBe(true);
  const stream = open({ kind: 'liquidations', ...market }, (all) => `${all.length} liquidations`);
  await clock.advance(100);
  expect(seen).toEqual([]);
  streams.connect('liquidations', symbol);
  expect(seen).toEqual(['open', '0 liquidations first']);
  streams.interrupt('liquidations', symbol);
  expect(seen.at(-1)).toBe('EXCHANGE_UNAVAILABLE');
  streams.connect('liquidations', symbol);
  expect(seen.at(-1)).toBe('0 liquidations');
  stream.close();
});

test('is interrupted when the feeds end, and cannot be opened afterwards', async () => {
  const { clock, feeds } = instances.owner;
  openTicker();
  await clock.advance(100);
  feeds.close();
  expect(seen.at(-1)).toBe('EXCHANGE_UNAVAILABLE');
  const count = seen.length;
  openTicker();
  await clock.advance(100);
  expect(seen.slice(count)).toEqual(['EXCHANGE_UNAVAILABLE']);
  expect(feeds.counts.topics).toBe(0);
});
