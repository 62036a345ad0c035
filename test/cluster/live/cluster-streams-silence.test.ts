import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RedisUnavailable } from '../../../src/cluster/connection/bus.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { btc, exchange, LiveInstances, toTrade } from '../../support/cluster/live/live-instances.ts';

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

describe('a quiet topic', () => {
  test('is confirmed every few seconds with the last value, or with an empty list', async () => {
    const { a, b } = startTwo();
    const [tickers, trades] = [b.listen('ticker'), b.listen('trades')];
    await cluster.settle();
    a.sendTicker(1);
    a.feeds.connect('trades', btc);
    await cluster.clock.advance(10_000);
    expect(tickers.heard.slice(0, 3)).toEqual(['1 first', '1', '1']);
    expect(trades.heard.slice(0, 3)).toEqual(['open', '[] first', '[]']);
    expect(tickers.heard.length).toBeLessThan(6);
  });

  test('is not confirmed before the owner has data', async () => {
    const { b } = startTwo();
    const { heard } = b.listen('trades');
    await cluster.clock.advance(10_000);
    expect(heard).toEqual([]);
  });

  test('is not confirmed while the feed of the owner fails; its error is passed on', async () => {
    const { a, b } = startTwo();
    const [tickers, trades] = [b.listen('ticker'), b.listen('trades')];
    await cluster.settle();
    a.sendTicker(1);
    a.sendTrades(1);
    const error = new MarketDataError('RATE_LIMITED', 'kraken limits this server', { exchange, retryAfterMs: 5000 });
    a.feeds.interrupt('ticker', btc, error);
    a.feeds.interrupt('trades', btc, error);
    await cluster.clock.advance(20_000);
    expect(tickers.take()).toEqual(['1 first', 'down']);
    expect(trades.take()).toEqual(['[1] first', 'down']);
    expect(tickers.errors[0]).toEqual(error);
    a.sendTicker(2);
    a.sendTrades(2);
    await cluster.settle();
    expect([tickers.take(), trades.take()]).toEqual([['2'], ['[2]']]);
  });

  test('that fails: an instance that comes later receives the last value marked stale, and the error', async () => {
    const { a, b } = startTwo();
    b.listen('ticker');
    await cluster.settle();
    a.sendTicker(1);
    a.feeds.interrupt('ticker', btc);
    await cluster.settle();
    const late = cluster.start('c').listen('ticker');
    await cluster.settle();
    expect(late.heard).toEqual(['1 first', 'down']);
    expect(late.messages[0]).toMatchObject({ last: 1, stale: true });
  });

  test('is interrupted when the owner is not heard for three seconds, and continues when it is', async () => {
    const { a, b } = startTwo();
    const [tickers, trades] = [b.listen('ticker'), b.listen('trades')];
    await cluster.settle();
    a.sendTicker(1);
    a.sendTrades(1);
    await cluster.settle();
    const { publish } = a.bus;
    a.bus.publish = async () => 0;
    await cluster.clock.advance(4000);
    expect(tickers.heard).toEqual(['1 first', 'down']);
    expect(tickers.errors[0]).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', retryable: true });
    a.sendTicker(2);
    a.sendTrades(2);
    a.bus.publish = publish;
    await cluster.clock.advance(1500);
    expect(tickers.heard).toEqual(['1 first', 'down', '2']);
    expect(trades.heard).toEqual(['[1] first', 'down', '[2]']);
  });

  test('is not confirmed by heartbeats that come late', async () => {
    const { a, b } = startTwo();
    const { heard } = b.listen('ticker');
    await cluster.settle();
    a.sendTicker(1);
    await cluster.settle();
    cluster.network.isHeld = true;
    await cluster.clock.advance(10_000);
    const late = cluster.network.held.filter(({ channel }) => channel.includes('beats:')).slice(0, 5);
    cluster.network.held = [];
    for (const { deliver } of late) deliver();
    expect(heard).toEqual(['1 first', 'down']);
  });
});

describe('the time', () => {
  test('clocks that differ by a second change no age, and values carry times of the own clock', async () => {
    const [a, b] = [cluster.start('a', 1000), cluster.start('b', -1000)];
    cluster.ownership.give(exchange, 'a');
    const { heard, messages } = b.listen('ticker');
    await cluster.settle();
    a.sendTicker(1);
    await cluster.settle();
    expect(messages[0]?.receivedAt).toBe(cluster.clock.now() - 1000 - 10);
    expect(b.ages).toEqual([0]);
    await cluster.clock.advance(10_000);
    expect(heard).not.toContain('down');
  });
});

describe('messages that are lost', () => {
  test('of lists are repeated by the owner, in order', async () => {
    const { a, b } = startTwo();
    const { heard } = b.listen('trades');
    await cluster.settle();
    a.sendTrades(1);
    await cluster.settle();
    cluster.network.isHeld = true;
    a.sendTrades(2);
    await cluster.clock.advance(1);
    cluster.network.held = [];
    cluster.network.release();
    a.sendTrades(3);
    await cluster.settle();
    expect(heard).toEqual(['[1] first', '[2]', '[3]']);
    expect(b.repairs).toEqual([]);
  });

  test.each(['question', 'answer'])('of lists are repeated by the owner also if the %s is lost', async (what) => {
    const { a, b } = startTwo();
    const { heard } = b.listen('trades');
    await cluster.settle();
    a.sendTrades(1);
    await cluster.settle();
    b.bus.isDown = true;
    a.sendTrades(2);
    await cluster.settle();
    b.bus.isDown = false;
    const { bus } = what === 'question' ? b : a;
    const { publish } = bus;
    a.sendTrades(3);
    await Promise.resolve();
    bus.publish = () => Promise.reject(new RedisUnavailable('Redis cannot be reached'));
    await cluster.settle();
    bus.publish = publish;
    a.sendTrades(4);
    await cluster.settle();
    expect(heard).toEqual(['[1] first']);
    await cluster.clock.advance(1500);
    expect(heard).toEqual(['[1] first', '[2]', '[3]', '[4]']);
    expect(b.repairs).toEqual([]);
  });

  test('of lists that the owner has not kept are reported to the listener', async () => {
    const { a, b } = startTwo();
    const { heard } = b.listen('trades');
    await cluster.settle();
    a.sendTrades(1);
    await cluster.settle();
    cluster.network.isHeld = true;
    for (let id = 2; id < 400; id++) {
      a.sendTrades(id);
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
    await cluster.clock.advance(1);
    cluster.network.held = [];
    cluster.network.release();
    await cluster.clock.advance(1500);
    expect(b.repairs).toEqual(['trades']);
    expect(heard.slice(0, 2)).toEqual(['[1] first', '[] first']);
    a.sendTrades(400);
    await cluster.settle();
    expect(heard.at(-1)).toBe('[400]');
  });

  test('of latest values are noticed with the next heartbeat', async () => {
    const { a, b } = startTwo();
    const { heard } = b.listen('ticker');
    await cluster.settle();
    a.sendTicker(1);
    await cluster.settle();
    cluster.network.isHeld = true;
    a.sendTicker(2);
    await cluster.clock.advance(1);
    cluster.network.held = [];
    cluster.network.release();
    await cluster.clock.advance(1100);
    expect(heard).toEqual(['1 first', '2']);
  });

  test('in an interruption of the connection are asked for at once', async () => {
    const { a, b } = startTwo();
    const [tickers, trades] = [b.listen('ticker'), b.listen('trades')];
    await cluster.settle();
    a.sendTicker(1);
    a.sendTrades(1);
    await cluster.settle();
    b.bus.isDown = true;
    a.sendTicker(2);
    a.sendTrades(2, 3);
    await cluster.clock.advance(100);
    b.bus.reconnect();
    await cluster.settle();
    expect([tickers.heard, trades.heard]).toEqual([
      ['1 first', '2'],
      ['[1] first', '[2 3]'],
    ]);
  });
});

test('messages that cannot be read are dropped', async () => {
  const { a, b } = startTwo();
  const { heard } = b.listen('ticker');
  await cluster.settle();
  for (const { channel } of [...cluster.network.published]) {
    for (const text of [
      '',
      '\u0001',
      '\u0001{}',
      '\u0001[]',
      '\u0001["a",1]',
      '\u0002[]',
      '\u0001["a",1,"kraken",[1]]',
    ]) {
      await a.bus.publish(channel, Buffer.from(text));
    }
  }
  for (const name of ['interests:a', 'answers:b', 'beats:kraken', 'topic:["kraken","ticker","BTC/USDT",null,null]']) {
    await a.bus.publish(`test:${name}`, Buffer.from('\u0001["a",1,[["x",1]]]'));
  }
  await cluster.settle();
  a.sendTicker(1);
  await cluster.settle();
  expect(heard).toEqual(['1 first']);
  expect([...a.drops, ...b.drops].filter((reason) => reason === 'malformed').length).toBeGreaterThan(5);
});

test('a message whose value cannot be read is reported as a loss', async () => {
  const { a, b } = startTwo();
  const { heard } = b.listen('trades');
  await cluster.settle();
  a.sendTrades(1);
  await cluster.settle();
  cluster.network.isHeld = true;
  a.sendTrades(2);
  await cluster.clock.advance(1);
  const [lost] = cluster.network.held;
  cluster.network.held = [];
  cluster.network.release();
  const spoilt = Buffer.from(String(lost?.message).replace('"2"', '2'));
  await a.bus.publish(lost?.channel ?? '', spoilt);
  a.feeds.push('trades', btc, [toTrade(3)]);
  await cluster.settle();
  expect(heard).toEqual(['[1] first', '[3] first']);
});
