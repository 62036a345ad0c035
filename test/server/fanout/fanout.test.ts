import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { Yielding } from '../../../src/base/yielding.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { createGate } from '../../../src/server/access/gate.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { eventually, openSocket } from '../../support/socket-client.ts';

const btc = 'BTC/USDT';

let server: FakeServer;
let sockets: WebSocket[];

beforeEach(async () => {
  server = await startServer({ fake: {} });
  server.streams.offer('ticker', 'orderBook', 'trades');
  server.marketData.set(btc, { last: 1 });
  server.marketData.set('ETH/USDT', { last: 2 });
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  await eventually(() => Object.values(server.counts).every((count) => count === 0));
  await server.stop();
});

interface Message {
  readonly type: string;
  readonly id?: string;
}

/** A socket, and what it was told. */
class Listener {
  readonly messages: Message[] = [];
  readonly socket: WebSocket;
  readonly #told = new Map<string, string[]>();

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const { payload, ...message } = JSON.parse(String(data));
      this.messages.push(message);
      if (message.type !== 'next') return;
      const told = this.#told.get(message.id) ?? [];
      this.#told.set(message.id, told);
      told.push(JSON.stringify(payload));
    });
  }

  subscribe(query: string, options: { readonly id?: string; readonly [field: string]: unknown } = {}): void {
    const { id = '1', ...payload } = options;
    this.socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, ...payload } }));
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The payloads of an operation. */
  told(id = '1'): readonly string[] {
    return this.#told.get(id) ?? [];
  }
}

async function listen(connectionParams?: object): Promise<Listener> {
  const socket = new WebSocket(server.webSocketUrl, 'graphql-transport-ws');
  sockets.push(socket);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: connectionParams }));
  await once(socket, 'message');
  return new Listener(socket);
}

function tick(last: number, symbol = btc): void {
  const receivedAt = Date.now();
  const ticker = tickerOf({ exchange: 'kraken', symbol, last, receivedAt, timestamp: receivedAt, source: 'STREAM' });
  server.streams.push('ticker', symbol, ticker);
}

const tickerOfBtc = 'subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USDT") { symbol last } }';
const payload = (last: number, symbol = btc): string => JSON.stringify({ data: { tickerUpdated: { symbol, last } } });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a group', () => {
  test('takes turns with other work, so that an event for thousands of groups blocks nothing', async () => {
    const listener = await listen();
    for (const id of ['a', 'b', 'c'])
      listener.subscribe(`subscription ${id} { tickerUpdated(exchange: "kraken", symbol: "BTC/USDT") { last } }`, {
        id,
      });
    await eventually(() => listener.messages.length === 3);
    const run = vi.spyOn(Yielding.prototype, 'run');
    tick(2);
    await eventually(() => listener.messages.length === 6);
    expect(run).toHaveBeenCalledTimes(3);
    run.mockRestore();
  });

  test('is executed once for each event, and each subscription receives the same payload with its own id', async () => {
    const listeners = await Promise.all(Array.from({ length: 20 }, () => listen()));
    listeners.forEach((listener, index) => {
      listener.subscribe(tickerOfBtc, { id: `"é${index}` });
    });
    await eventually(() => listeners.every(({ messages }) => messages.length === 1));
    let reads = 0;
    const now = Date.now();
    const counted = {
      ...tickerOf({ exchange: 'kraken', symbol: btc, timestamp: now, receivedAt: now }),
      get last() {
        reads += 1;
        return 5;
      },
    };
    server.streams.push('ticker', btc, counted);
    const readsBefore = reads;
    await eventually(() => listeners.every(({ messages }) => messages.length === 2));
    expect(reads - readsBefore).toBe(1);
    listeners.forEach((listener, index) => {
      expect(listener.told(`"é${index}`)).toEqual([payload(1), payload(5)]);
    });
    expect(server.sockets.counts).toEqual({ sockets: 20, subscriptions: 20, groups: 1, operations: 20 });
  });

  test('is the same for a different layout, for explicit defaults, and for variables in a different order', async () => {
    const lastOf1 = JSON.stringify({ data: { tickerUpdated: { last: 1 } } });
    const document = (layout: string): string =>
      `subscription S($a: ID!, $s: String!, $d: Boolean = true)${layout}{ tickerUpdated(exchange: $a, symbol: $s) { last @include(if: $d) } }`;
    const listener = await listen();
    listener.subscribe(document(' '), { id: 'a', variables: { a: 'kraken', s: btc } });
    listener.subscribe(document('\n # a comment\n'), { id: 'b', variables: { s: btc, d: true, a: 'kraken', more: 1 } });
    await eventually(() => listener.messages.length === 2);
    expect([listener.told('a'), listener.told('b')]).toEqual([[lastOf1], [lastOf1]]);
    expect(server.sockets.counts).toMatchObject({ subscriptions: 2, groups: 1 });
  });

  test.each([
    ['symbols', tickerOfBtc.replace(btc, 'ETH/USDT'), {}],
    ['exchanges', tickerOfBtc.replace('kraken', 'binance'), {}],
    ['fields', tickerOfBtc.replace('last }', 'last bid }'), {}],
    ['aliases', tickerOfBtc.replace('tickerUpdated', 't: tickerUpdated'), {}],
    [
      'operation names',
      `${tickerOfBtc.replace('{', 'A {')} ${tickerOfBtc.replace('{', 'B {')}`,
      { operationName: 'B' },
    ],
  ])('is never shared by different %s', async (_what, query, options) => {
    const listener = await listen();
    listener.subscribe(tickerOfBtc, { id: 'a' });
    listener.subscribe(query, { id: 'b', ...options });
    await eventually(() => listener.messages.length === 2);
    expect(server.sockets.counts.groups).toBe(2);
  });

  test('is never shared by different variables', async () => {
    const query = tickerOfBtc.replace('{', '($symbol: String!) {').replace(`"${btc}"`, '$symbol');
    const [one, other] = await Promise.all([listen(), listen()]);
    one.subscribe(query, { variables: { symbol: btc } });
    other.subscribe(query, { variables: { symbol: 'ETH/USDT' } });
    await eventually(() => one.messages.length === 1 && other.messages.length === 1);
    tick(3);
    tick(4, 'ETH/USDT');
    await eventually(() => one.messages.length === 2 && other.messages.length === 2);
    expect(one.told()).toEqual([payload(1), payload(3)]);
    expect(other.told()).toEqual([payload(2, 'ETH/USDT'), payload(4, 'ETH/USDT')]);
  });

  test('is never shared by clients with different keys', async () => {
    await server.stop();
    server = await startServer({ fake: { gate: createGate({ apiKeys: ['a', 'b'] }) } });
    server.streams.offer('ticker');
    server.marketData.set(btc, { last: 1 });
    const people = await Promise.all([listen({ Authorization: 'Bearer a' }), listen({ authorization: 'Bearer b' })]);
    const again = await listen({ Authorization: 'bearer b' });
    for (const listener of [...people, again]) listener.subscribe(tickerOfBtc);
    await eventually(() => [...people, again].every(({ messages }) => messages.length === 1));
    expect(server.sockets.counts).toMatchObject({ subscriptions: 3, groups: 2 });
    const [first] = people;
    first.send({ id: '1', type: 'complete' });
    await eventually(() => server.sockets.counts.subscriptions === 2);
    expect(server.sockets.counts.groups).toBe(1);
  });
});

describe('a late subscription', () => {
  test('receives the latest events at once, and then each change', async () => {
    const first = await listen();
    first.subscribe(tickerOfBtc);
    await eventually(() => first.messages.length === 1);
    tick(7);
    await eventually(() => first.messages.length === 2);
    const late = await listen();
    late.subscribe(tickerOfBtc);
    await eventually(() => late.messages.length === 1);
    tick(8);
    await eventually(() => late.messages.length === 2 && first.messages.length === 3);
    expect(late.told()).toEqual([payload(7), payload(8)]);
    expect(first.told()).toEqual([payload(1), payload(7), payload(8)]);
  });

  test('receives an event once if it joins while that event is being executed', async () => {
    const query = tickerOfBtc.replace('last }', 'last market { symbol } }');
    const first = await listen();
    first.subscribe(query);
    await eventually(() => first.messages.length === 1);
    const release = server.marketData.hold();
    tick(9);
    const late = await listen();
    late.subscribe(query);
    await eventually(() => server.sockets.counts.subscriptions === 2);
    await pause(20);
    release();
    await eventually(() => first.messages.length === 2);
    await eventually(() => late.messages.length === 1);
    tick(10);
    await eventually(() => late.messages.length === 2);
    const lasts = (texts: readonly string[]): readonly string[] =>
      texts.map((text) => /"last":(\d+)/.exec(text)?.[1] ?? '');
    expect(lasts(late.told())).toEqual(['9', '10']);
    expect(lasts(first.told())).toEqual(['1', '9', '10']);
  });
});

describe('a subscription that joins', () => {
  test('receives payloads that were executed and encoded for earlier subscriptions', async () => {
    const first = await listen();
    first.subscribe(tickerOfBtc);
    await eventually(() => first.messages.length === 1);
    let reads = 0;
    const now = Date.now();
    const counted = {
      ...tickerOf({ exchange: 'kraken', symbol: btc, timestamp: now, receivedAt: now }),
      get last() {
        reads += 1;
        return 5;
      },
    };
    server.streams.push('ticker', btc, counted);
    await eventually(() => first.messages.length === 2);
    const before = reads;
    const late = await Promise.all(Array.from({ length: 20 }, () => listen()));
    for (const listener of late) listener.subscribe(tickerOfBtc);
    await eventually(() => late.every((listener) => listener.told().length === 1));
    expect(late.every((listener) => listener.told()[0] === payload(5))).toBe(true);
    expect(reads).toBe(before);
  });

  const candlesOfBtc =
    'subscription { candleUpdated(exchange: "kraken", symbol: "BTC/USDT", timeframe: "1m") { timestamp close closed } }';

  test('while an event is being sent to a large group receives nothing older than its first events', async () => {
    server.streams.offer('candles');
    const minute = 60_000;
    const start = Math.floor(Date.now() / minute) * minute;
    const candle = (period: number) => {
      const timestamp = start + period * minute;
      return { timestamp, open: 1, high: 1, low: 1, close: 1, volume: period + 10, closed: false };
    };
    server.marketData.setCandles([candle(0)]);
    const crowd = await Promise.all(Array.from({ length: 120 }, () => listen()));
    for (const listener of crowd) {
      for (let id = 0; id < 10; id++) listener.subscribe(candlesOfBtc, { id: String(id) });
    }
    await eventually(() => crowd.every(({ messages }) => messages.length === 10));
    const late = await Promise.all(Array.from({ length: 20 }, () => listen()));
    for (let period = 1; period <= 60; period++) {
      for (const listener of late) if (period % 6 === 0) listener.subscribe(candlesOfBtc, { id: String(period) });
      for (let wait = 0; wait < period % 5; wait++) await turn();
      server.marketData.setCandles(Array.from({ length: period + 1 }, (_, each) => candle(each)));
      server.streams.push('candles', btc, [candle(period - 1), candle(period)]);
      await eventually(() => crowd.every((listener) => listener.told('9').length === 1 + 2 * period));
    }
    for (const listener of late) {
      for (let id = 6; id <= 54; id += 6) {
        const times = listener.told(String(id)).map((text) => Number(/"timestamp":(\d+)/.exec(text)?.[1]));
        expect(times.length).toBeGreaterThan(2);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }
    }
  });

  test('late receives errors about unknown symbols too', async () => {
    const query = 'subscription { tickersUpdated(exchange: "kraken", symbols: ["BTC/USDT", "NO/PE"]) { symbol last } }';
    const [first, late] = [await listen(), await listen()];
    const codes = (listener: Listener): readonly string[] =>
      listener.told().flatMap((text) => JSON.parse(text).errors?.[0].extensions.code ?? []);
    first.subscribe(query);
    await eventually(() => first.messages.length === 2);
    late.subscribe(query);
    await eventually(() => late.messages.length === 2);
    expect([codes(first), codes(late)]).toEqual([['SYMBOL_NOT_FOUND'], ['SYMBOL_NOT_FOUND']]);
  });
});

test.each([
  'subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USDT") @skip(if: true) { last } }',
  'subscription ($on: Boolean = true) { tickerUpdated(exchange: "kraken", symbol: "BTC/USDT") @include(if: $on) { last } }',
  'subscription { ... @include(if: false) { tickerUpdated(exchange: "kraken", symbol: "BTC/USDT") { last } } }',
  'subscription { ...F } fragment F on Subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USDT") @skip(if: true) { last } }',
])('a subscription that can have no events is refused alone: %s', async (query) => {
  const listener = await listen();
  listener.subscribe(tickerOfBtc);
  await eventually(() => listener.messages.length === 1);
  const refused = once(listener.socket, 'message');
  listener.subscribe(query, { id: 'bad' });
  const { type, payload: errors } = JSON.parse(String((await refused)[0]));
  expect([type, errors[0].extensions.code]).toEqual(['error', 'BAD_USER_INPUT']);
  expect(errors[0].message).toMatch(/@(skip|include) is not allowed on the root field of a subscription|Argument "if"/);
  tick(3);
  await eventually(() => listener.told().length === 2);
});

test('after complete nothing more is sent for the operation, and the others continue', async () => {
  const listener = await listen();
  listener.subscribe(tickerOfBtc, { id: 'a' });
  listener.subscribe(tickerOfBtc, { id: 'b' });
  await eventually(() => listener.messages.length === 2);
  for (let last = 10; last < 200; last++) {
    tick(last);
    if (last === 100) {
      listener.send({ id: 'a', type: 'complete' });
      listener.send({ type: 'ping' });
    }
    await turn();
  }
  await eventually(() => listener.told('b').at(-1) === payload(199));
  const afterPong = listener.messages.slice(listener.messages.findIndex(({ type }) => type === 'pong'));
  expect(afterPong.filter(({ id }) => id === 'a')).toEqual([]);
  expect(listener.told('a').length).toBeGreaterThan(10);
});

describe('a client that reads nothing', () => {
  const bigBook =
    'subscription { orderBookUpdated(exchange: "kraken", symbol: "BTC/USDT", limit: 1000) { bestBid bids { price amount } } }';

  function pushBook(best: number): void {
    const receivedAt = Date.now();
    const bids = Array.from({ length: 1000 }, (_, level) => ({ price: best - level / 1000, amount: Math.PI + level }));
    server.streams.push('orderBook', btc, {
      exchange: 'kraken',
      symbol: btc,
      timestamp: receivedAt,
      receivedAt,
      bids,
      asks: [],
      stale: false,
    });
  }

  test('receives the newest message when it reads again, and does not delay the others', async () => {
    const [stalled, other] = await Promise.all([listen(), listen()]);
    stalled.subscribe(bigBook);
    other.subscribe(bigBook);
    other.subscribe(tickerOfBtc, { id: 'ticker' });
    await eventually(() => stalled.messages.length === 1 && other.messages.length === 2);
    stalled.socket.pause();
    const count = 400;
    for (let best = 1; best <= count; best++) {
      pushBook(best);
      await eventually(() => other.told().length === 1 + best);
    }
    stalled.socket.resume();
    await eventually(() => stalled.told().at(-1) === other.told().at(-1));
    expect(other.told()).toHaveLength(1 + count);
    expect(stalled.told().length).toBeLessThan(count);
    expect(server.sockets.deliveries.conflated).toBe(1 + count - stalled.told().length);
    expect(server.sockets.deliveries.messages).toBe(1 + 1 + count + stalled.told().length);
    // What it was told is in order, none twice.
    const bests = stalled.told().map((text) => Number(/"bestBid":(\d+)/.exec(text)?.[1] ?? 0));
    expect(bests).toEqual([...new Set(bests)].sort((a, b) => a - b));
    pushBook(1000);
    await eventually(() => stalled.told().at(-1) === other.told().at(-1));
  });

  test('of trades receives SLOW_CONSUMER, and only that operation ends', async () => {
    const query =
      'subscription { tradesExecuted(exchange: "kraken", symbol: "BTC/USDT") { tradeId timestamp datetime price amount cost side } }';
    const [stalled, other] = await Promise.all([listen(), listen()]);
    stalled.subscribe(query);
    stalled.subscribe(tickerOfBtc, { id: 'ticker' });
    other.subscribe(query);
    await eventually(() => server.sockets.counts.subscriptions === 3 && stalled.messages.length === 1);
    let id = 0;
    const trades = (count: number): readonly Trade[] =>
      Array.from({ length: count }, () => {
        id += 1;
        return {
          exchange: 'kraken',
          symbol: btc,
          id: `${id}`,
          timestamp: Date.now(),
          price: 1,
          amount: 1,
          cost: 1,
          side: 'buy',
        };
      });
    // The stream's first is told when a fetch has reached it.
    const first = trades(1);
    server.marketData.setTrades(first);
    server.streams.push('trades', btc, first);
    await eventually(() => other.told().length === 1);
    stalled.socket.pause();
    while (server.sockets.counts.subscriptions === 3 && id < 400_000) {
      server.streams.push('trades', btc, trades(100));
      const newest = `"tradeId":"${id}"`;
      while (!other.told().at(-1)?.includes(newest)) await turn();
    }
    expect(server.sockets.counts).toMatchObject({ sockets: 2, subscriptions: 2 });
    stalled.socket.resume();
    await eventually(() => stalled.messages.some((each) => each.type === 'complete' && each.id === '1'));
    const last = stalled.told().at(-1) ?? '';
    expect(JSON.parse(last).errors[0].extensions).toMatchObject({ code: 'SLOW_CONSUMER', retryable: true });
    expect(server.sockets.deliveries.slowConsumers).toBe(1);
    tick(55);
    await eventually(() => stalled.told('ticker').at(-1) === payload(55));
    expect(other.told().join().split('"tradeId"')).toHaveLength(id + 1);
  });
});

test('a thousand clients that disconnect at any moment leave nothing behind', async () => {
  const vanish = async (number: number): Promise<void> => {
    if (number % 5 === 0) {
      const socket = new WebSocket(server.webSocketUrl, 'graphql-transport-ws');
      socket.on('error', () => {});
      await pause(number % 3);
      return socket.terminate();
    }
    const socket = await openSocket(server.webSocketUrl);
    const messages: string[] = [];
    socket.on('message', (data) => messages.push(String(data)));
    const subscribe = (id: string): void =>
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query: tickerOfBtc } }));
    subscribe('a');
    subscribe('b');
    if (number % 5 === 1) await eventually(() => messages.length > 0);
    if (number % 5 === 2) socket.send(JSON.stringify({ id: 'a', type: 'complete' }));
    if (number % 5 === 3) await pause(number % 4);
    tick(number);
    socket.terminate();
  };
  for (let burst = 0; burst < 20; burst++) {
    // Some of them while the first fetch is pending.
    const release = burst % 3 === 0 ? server.marketData.hold() : (): void => {};
    const vanishing = Array.from({ length: 50 }, (_, index) => vanish(burst % 3 === 0 ? 5 * index + 2 : index));
    await pause(5);
    release();
    await Promise.all(vanishing);
  }
  await eventually(() => Object.values(server.counts).every((count) => count === 0));
  expect(server.streams.opened).toEqual([]);
});
