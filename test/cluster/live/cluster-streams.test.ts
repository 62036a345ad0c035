import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  blankTicker,
  btc,
  exchange,
  LiveInstances,
  toBook,
  toCandle,
} from '../../support/cluster/live/live-instances.ts';

let cluster: LiveInstances;

beforeEach(() => {
  cluster = new LiveInstances();
});

afterEach(() => {
  cluster.close();
  expect(cluster.clock.pending).toBe(0);
  expect(cluster.all.map(({ bus }) => bus.listening)).toEqual(cluster.all.map(() => 0));
});

/** Two instances, of which the first owns the exchange. */
function startTwo() {
  const [a, b] = [cluster.start('a'), cluster.start('b')];
  cluster.ownership.give(exchange, 'a');
  return { a, b };
}

describe('where the data comes from', () => {
  test('the owner opens the stream of the exchange, and others listen to the owner', async () => {
    const { a, b } = startTwo();
    a.local.offer('ticker');
    b.local.offer('ticker');
    const [own, other] = [a.listen('ticker'), b.listen('ticker')];
    await cluster.settle();
    expect([a.local.opened.length, b.local.opened.length, a.feeds.opened.length]).toEqual([1, 0, 1]);
    a.local.push('ticker', btc, { ...blankTicker, last: 1 }, true);
    a.sendTicker(2);
    await cluster.settle();
    expect(own.heard).toEqual(['1 first']);
    expect(other.heard).toEqual(['2 first']);
  });

  test('an exchange is prepared once it is followed, because its owner may die at any moment', async () => {
    const { b } = startTwo();
    b.listen('ticker');
    b.listen('trades');
    expect(b.prepared).toEqual([exchange]);
  });

  test('the owner has no stream of a kind that the exchange does not stream; others have one', async () => {
    const { a, b } = startTwo();
    const [own, other] = [a.listen('openInterest'), b.listen('openInterest')];
    expect([own.stream.isOffered, other.stream.isOffered]).toEqual([false, true]);
    expect([a.streams.offers(exchange, 'openInterest'), b.streams.offers(exchange, 'openInterest')]).toEqual([
      true,
      true,
    ]);
  });

  test('liquidations are offered only if the exchange streams them', () => {
    const { b } = startTwo();
    expect(b.streams.offers(exchange, 'liquidations')).toBe(false);
    b.local.offer('liquidations');
    expect(b.streams.offers(exchange, 'liquidations')).toBe(true);
  });

  test('without an owner, one is searched for in the background until there is one', async () => {
    const b = cluster.start('b');
    b.local.offer('ticker');
    b.listen('ticker');
    await cluster.clock.advance(10_000);
    expect(b.local.opened).toEqual([]);
    cluster.ownership.grantsToFinder = true;
    await cluster.clock.advance(5000);
    expect(b.local.opened).toHaveLength(1);
  });

  test('an instance that is alone opens the stream of the exchange itself, and switches back', async () => {
    const { a, b } = startTwo();
    b.local.offer('ticker');
    const { heard, stream } = b.listen('ticker');
    await cluster.settle();
    a.sendTicker(1);
    await cluster.settle();
    b.owners.setAlone(true, [exchange]);
    b.local.push('ticker', btc, { ...blankTicker, last: 2 });
    b.owners.setAlone(false, [exchange]);
    await cluster.settle();
    expect(heard).toEqual(['1 first', 'down', '2 first', 'down', '1 first']);
    expect(b.local.opened).toEqual([]);
    expect(stream.isOffered).toBe(true);
  });

  test('a change of owner that was not announced is noticed', async () => {
    const { b } = startTwo();
    b.local.offer('ticker');
    b.listen('ticker');
    await cluster.settle();
    b.owners.isDeaf = true;
    cluster.ownership.give(exchange, 'b');
    b.owners.isDeaf = false;
    await cluster.clock.advance(1000);
    expect(b.local.opened).toHaveLength(1);
  });

  test('an exchange that has no owner for a moment is not interrupted, but one that has none for longer is', async () => {
    const { b } = startTwo();
    const { heard } = b.listen('ticker');
    await cluster.settle();
    const { ownerOf } = b.owners;
    b.owners.ownerOf = () => ({ kind: 'none' });
    await cluster.clock.advance(1000);
    b.owners.ownerOf = ownerOf;
    await cluster.clock.advance(1000);
    expect(heard).toEqual([]);
    b.owners.ownerOf = () => ({ kind: 'none' });
    await cluster.clock.advance(2000);
    expect(heard).toEqual(['down']);
    b.owners.ownerOf = ownerOf;
    await cluster.clock.advance(3000);
  });
});

describe('a change of the owner', () => {
  test('after a failure, the stream is interrupted once and continues with the new owner', async () => {
    const { a, b } = startTwo();
    const c = cluster.start('c');
    const { heard, errors } = b.listen('ticker');
    await cluster.settle();
    a.sendTicker(1);
    await cluster.settle();
    cluster.ownership.give(exchange, null);
    cluster.ownership.give(exchange, 'c');
    await cluster.settle();
    a.sendTicker(2);
    c.sendTicker(3);
    await cluster.settle();
    expect(heard).toEqual(['1 first', 'down', '3 first']);
    expect(errors[0]).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', retryable: true });
  });

  test('after a handover, the stream is not interrupted', async () => {
    const { a, b } = startTwo();
    const c = cluster.start('c');
    const { heard } = b.listen('ticker');
    await cluster.settle();
    a.sendTicker(1);
    await cluster.settle();
    cluster.ownership.give(exchange, 'c', true);
    await cluster.clock.advance(1500);
    c.sendTicker(2);
    await cluster.clock.advance(5000);
    expect(heard.slice(0, 2)).toEqual(['1 first', '2 first']);
    expect(heard).not.toContain('down');
  });

  test('after a handover, a new owner that sends nothing for two seconds counts as an interruption', async () => {
    const { a, b } = startTwo();
    cluster.start('c');
    const { heard } = b.listen('ticker');
    await cluster.settle();
    a.sendTicker(1);
    await cluster.settle();
    cluster.ownership.give(exchange, 'c', true);
    await cluster.clock.advance(1900);
    expect(heard).toEqual(['1 first']);
    await cluster.clock.advance(200);
    expect(heard).toEqual(['1 first', 'down']);
  });

  test('after a handover, a stream of the exchange that is open but quiet is no proof that nothing was missed', async () => {
    const { a, b } = startTwo();
    b.local.offer('ticker');
    const { heard } = b.listen('ticker');
    await cluster.settle();
    a.sendTicker(1);
    await cluster.settle();
    cluster.ownership.give(exchange, 'b', true);
    b.local.connect('ticker', btc);
    await cluster.clock.advance(1900);
    expect(heard).toEqual(['1 first', 'open']);
    await cluster.clock.advance(200);
    expect(heard).toEqual(['1 first', 'open', 'down']);
    b.local.push('ticker', btc, { ...blankTicker, last: 2 });
    expect(heard.at(-1)).toBe('2 first');
  });

  test('after a handover, liquidations are up to date once the stream of the exchange is open', async () => {
    const { b } = startTwo();
    b.local.offer('liquidations');
    const { heard } = b.listen('liquidations');
    await cluster.settle();
    cluster.ownership.give(exchange, 'b', true);
    b.local.connect('liquidations', btc);
    await cluster.clock.advance(5000);
    expect(heard.filter((each) => each !== '')).not.toContain('down');
  });

  test('an instance that takes over polls where the exchange has no stream', async () => {
    const { a, b } = startTwo();
    const { heard, stream } = b.listen('ticker');
    await cluster.settle();
    a.sendTicker(1);
    await cluster.settle();
    cluster.ownership.give(exchange, 'b', true);
    expect(heard).toEqual(['1 first', 'down']);
    expect(stream.isOffered).toBe(false);
    cluster.ownership.give(exchange, 'a');
    await cluster.settle();
    a.sendTicker(2);
    await cluster.settle();
    expect(heard).toEqual(['1 first', 'down', '2 first']);
    expect(stream.isOffered).toBe(true);
  });

  test('what the exchange still sends to a former owner is not delivered', async () => {
    const { a } = startTwo();
    a.local.offer('ticker');
    const { heard } = a.listen('ticker');
    cluster.ownership.give(exchange, 'b');
    a.local.push('ticker', btc, { ...blankTicker, last: 1 });
    expect(a.local.opened).toEqual([]);
    expect(heard).toEqual(['down']);
  });

  test('a former owner that does not know it is not heard', async () => {
    const { a, b } = startTwo();
    const c = cluster.start('c');
    const { heard } = b.listen('ticker');
    await cluster.settle();
    a.owners.isDeaf = true;
    cluster.ownership.give(exchange, 'c');
    await cluster.settle();
    c.sendTicker(2);
    a.sendTicker(1);
    await cluster.settle();
    expect(heard).toEqual(['down', '2 first']);
    expect(b.drops).toContain('former_owner');
  });

  test('a former owner ends its relays when it notices, even without an announcement', async () => {
    const { a, b } = startTwo();
    b.listen('ticker');
    await cluster.settle();
    a.owners.isDeaf = true;
    cluster.ownership.give(exchange, 'b');
    expect(a.feeds.opened).toHaveLength(1);
    a.owners.isDeaf = false;
    await cluster.clock.advance(1000);
    expect(a.feeds.opened).toEqual([]);
  });
});

describe('interest', () => {
  test('a thousand topics are registered with few messages', async () => {
    const { a, b } = startTwo();
    for (let index = 0; index < 1000; index++) b.listen('ticker', { symbol: `C${index}/USDT` });
    await cluster.settle();
    for (let turn = 0; turn < 20; turn++) await cluster.settle();
    expect(a.feeds.opened).toHaveLength(1000);
    expect(cluster.network.published.filter(({ channel }) => channel.includes('interests:'))).toHaveLength(2);
    expect(cluster.network.published.length).toBeLessThan(10);
  });

  test('several instances share one stream of the owner, which ends with the last', async () => {
    const { a, b } = startTwo();
    const c = cluster.start('c');
    const [one, two] = [b.listen('ticker'), c.listen('ticker')];
    await cluster.settle();
    expect(a.feeds.all).toHaveLength(1);
    const before = cluster.network.published.length;
    a.sendTicker(1);
    await cluster.settle();
    expect(cluster.network.published.length - before).toBe(1);
    expect([one.heard, two.heard]).toEqual([['1 first'], ['1 first']]);
    one.stream.close();
    await cluster.settle();
    expect(a.feeds.opened).toHaveLength(1);
    two.stream.close();
    await cluster.settle();
    expect(a.feeds.opened).toEqual([]);
    expect(a.relays.size).toBe(0);
  });

  test('streams of one topic on one instance share one subscription', async () => {
    const { a, b } = startTwo();
    const one = b.listen('candles', { timeframe: '1m' });
    await cluster.settle();
    a.feeds.push('candles', btc, [toCandle(60_000)]);
    await cluster.settle();
    const two = b.listen('candles', { timeframe: '1m' });
    await cluster.settle();
    expect(a.feeds.all).toHaveLength(1);
    expect([one.take(), two.take()]).toEqual([['[60000] first'], ['open', '[60000] first']]);
    one.stream.close();
    a.feeds.push('candles', btc, [toCandle(120_000)]);
    await cluster.settle();
    expect([one.take(), two.take()]).toEqual([[], ['[120000]']]);
  });

  test('expires when an instance is gone, and is renewed by one that lives', async () => {
    const { a, b } = startTwo();
    const { heard } = b.listen('ticker');
    await cluster.clock.advance(60_000);
    expect(a.feeds.all).toHaveLength(1);
    b.bus.isDown = true;
    await cluster.clock.advance(16_000);
    expect(a.feeds.opened).toEqual([]);
    b.bus.reconnect();
    await cluster.settle();
    a.sendTicker(1);
    await cluster.settle();
    expect(heard.slice(-2)).toEqual(['down', '1 first']);
  });

  test('an instance whose interest was lost registers again', async () => {
    const { a, b } = startTwo();
    const [{ heard }, trades] = [b.listen('ticker'), b.listen('trades')];
    await cluster.settle();
    a.sendTrades(1);
    await cluster.settle();
    // Its renewals do not reach the owner, which still reaches it.
    const { publish } = b.bus;
    b.bus.publish = async () => 0;
    await cluster.clock.advance(20_000);
    expect(a.feeds.opened).toEqual([]);
    b.bus.publish = publish;
    await cluster.clock.advance(5000);
    expect(a.feeds.opened).toHaveLength(2);
    trades.take();
    // What happened meanwhile is missing.
    a.sendTrades(5);
    await cluster.settle();
    expect(trades.heard).toEqual(['[5] first']);
    a.sendTicker(1);
    await cluster.settle();
    expect(heard.at(-1)).toMatch(/^1/);
    expect(b.owners.unreachable).toContain('a');
  });

  test('a book is as deep as the most demanding instance wants at the moment', async () => {
    const { a, b } = startTwo();
    const c = cluster.start('c');
    let depth = 20;
    b.listen('orderBook', { depth: () => depth });
    c.listen('orderBook', { depth: () => 50 });
    await cluster.settle();
    const wanted = (): number | undefined => a.feeds.opened[0]?.request.depth?.();
    expect(wanted()).toBe(50);
    depth = 100;
    await cluster.clock.advance(1000 + 10);
    expect(wanted()).toBe(100);
    depth = 5;
    await cluster.clock.advance(1000 + 10);
    expect(wanted()).toBe(50);
    a.feeds.push('orderBook', btc, toBook(50));
  });
});
