import { afterEach, beforeEach, expect, test } from 'vitest';
import { exchange, LiveInstances, toBook } from '../../../support/cluster/live/live-instances.ts';

let cluster: LiveInstances;

beforeEach(() => {
  cluster = new LiveInstances();
});

afterEach(() => {
  cluster.close();
  expect(cluster.clock.pending).toBe(0);
});

/** The messages on the channels whose names begin like this. */
function publishedTo(start: string): readonly string[] {
  const { published } = cluster.network;
  return published.filter(({ channel }) => channel.startsWith(`test:${start}`)).map(({ message }) => String(message));
}

function startTwo() {
  const [a, b] = [cluster.start('a'), cluster.start('b')];
  cluster.ownership.give(exchange, 'a');
  return { a, b };
}

/** Lets publications of an instance wait for their outcome. Returns a function that lets them through. */
function slowDown({ bus }: ReturnType<typeof startTwo>['a']): () => void {
  const { publish } = bus;
  const waiting: (() => void)[] = [];
  bus.publish = (channel, message) =>
    new Promise((resolve, reject) =>
      waiting.push(() => void publish.call(bus, channel, message).then(resolve, reject)),
    );
  return () => {
    bus.publish = publish;
    for (const pass of waiting) pass();
  };
}

test('while Redis is slow, only the newest value waits, and heartbeats do not queue up', async () => {
  const { a, b } = startTwo();
  const { heard } = b.listen('ticker');
  await cluster.settle();
  const before = publishedTo('topic:').length;
  const beats = publishedTo('beats:').length;
  const pass = slowDown(a);
  for (let price = 1; price <= 100; price++) a.sendTicker(price);
  await cluster.clock.advance(2500);
  pass();
  await cluster.settle();
  expect(heard).toEqual(['1 first', '100']);
  expect(publishedTo('topic:').length - before).toBe(2);
  expect(publishedTo('beats:').length - beats).toBe(1);
});

test('while Redis is slow, trades wait together and are sent in one message', async () => {
  const { a, b } = startTwo();
  const { heard } = b.listen('trades');
  await cluster.settle();
  const before = publishedTo('topic:').length;
  const pass = slowDown(a);
  for (let id = 1; id <= 5; id++) a.sendTrades(id);
  pass();
  await cluster.settle();
  expect(heard).toEqual(['[1] first', '[2]', '[3]', '[4]', '[5]']);
  expect(publishedTo('topic:').length - before).toBe(2);
});

test('more trades than can wait are reported as missing', async () => {
  const { a, b } = startTwo();
  const { heard } = b.listen('trades');
  await cluster.settle();
  const pass = slowDown(a);
  for (let id = 1; id <= 700; id++) a.sendTrades(id);
  pass();
  await cluster.settle();
  expect(heard.slice(0, 3)).toEqual(['[1] first', '[502] first', '[503]']);
});

test('a publication that fails is made good with the next heartbeat', async () => {
  const { a, b } = startTwo();
  const [tickers, trades] = [b.listen('ticker'), b.listen('trades')];
  await cluster.settle();
  a.sendTicker(1);
  a.sendTrades(1);
  await cluster.settle();
  a.bus.isDown = true;
  a.sendTicker(2);
  a.sendTrades(2);
  await cluster.settle();
  a.bus.isDown = false;
  await cluster.clock.advance(1100);
  expect([tickers.heard, trades.heard]).toEqual([
    ['1 first', '2'],
    ['[1] first', '[2]'],
  ]);
});

test('an instance without the exchange refuses, and the other looks up the owner', async () => {
  const { a, b } = startTwo();
  b.listen('ticker');
  a.owners.ownerOf = () => ({ kind: 'none' });
  await cluster.settle();
  expect(a.feeds.opened).toEqual([]);
  expect(b.owners.unreachable).toEqual(['a']);
});

test('an owner that has lost its lease publishes nothing more', async () => {
  const { a, b } = startTwo();
  b.listen('ticker');
  await cluster.settle();
  a.owners.ownerOf = () => ({ kind: 'none' });
  const before = cluster.network.published.length;
  a.sendTicker(1);
  await cluster.clock.advance(900);
  expect(cluster.network.published.slice(before).filter(({ channel }) => !channel.includes('interests'))).toEqual([]);
  await cluster.clock.advance(200);
  expect(a.feeds.opened).toEqual([]);
});

test('an answer with many values is sent in parts', async () => {
  const { a, b } = startTwo();
  const symbols = Array.from({ length: 40 }, (_, index) => `C${index}/USDT`);
  const first = symbols.map((symbol) => b.listen('orderBook', { symbol, depth: () => 500 }));
  await cluster.settle();
  for (const symbol of symbols) a.feeds.push('orderBook', symbol, { ...toBook(500), symbol });
  await cluster.settle();
  const c = cluster.start('c');
  const second = symbols.map((symbol) => c.listen('orderBook', { symbol, depth: () => 500 }));
  for (let turn = 0; turn < 10; turn++) await cluster.settle();
  expect(first.map(({ heard }) => heard)).toEqual(second.map(({ heard }) => heard));
  const answers = publishedTo('answers:c');
  expect(answers.length).toBeGreaterThan(3);
  expect(Math.max(...answers.map(({ length }) => length))).toBeLessThan(100_000);
});

test('ends everything when it closes', async () => {
  const { a, b } = startTwo();
  b.listen('ticker');
  await cluster.settle();
  expect(a.relays.size).toBe(1);
  a.relays.close();
  expect(a.feeds.opened).toEqual([]);
});
