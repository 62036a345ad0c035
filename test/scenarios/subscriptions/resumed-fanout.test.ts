import { once } from 'node:events';
import { parse } from 'graphql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { schema } from '../../../src/graphql/schema/schema.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { EncodedPayload } from '../../../src/server/fanout/encoded-payload.ts';
import { toGroupKey } from '../../../src/server/fanout/group-key.ts';
import { SharedPayloads } from '../../../src/server/fanout/shared-payloads.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';

const btc = 'BTC/USDT';

let server: FakeServer;
let sockets: WebSocket[];

beforeEach(async () => {
  server = await startServer({ fake: {} });
  server.streams.offer('trades', 'candles');
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  await eventually(() => Object.values(server.counts).every((count) => count === 0));
  expect(server.feeds.heldHistory).toBe(0);
  await server.stop();
});

/** A socket and the values that each of its operations was told. */
class Listener {
  readonly socket: WebSocket;
  readonly #told = new Map<string, unknown[]>();
  readonly #done = new Map<string, string>();

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const { id, type, payload } = JSON.parse(String(data));
      if (type === 'complete') this.#done.set(id, JSON.stringify(this.told(id).at(-1) ?? null));
      if (type !== 'next') return;
      const told = this.#told.get(id) ?? [];
      this.#told.set(id, told);
      const [value = null] = Object.values(payload.data ?? {});
      told.push(payload.errors?.[0] ?? value);
    });
  }

  subscribe(id: string, query: string, variables: object): void {
    this.socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, variables } }));
  }

  complete(id: string): void {
    this.socket.send(JSON.stringify({ id, type: 'complete' }));
  }

  told(id: string): readonly unknown[] {
    return this.#told.get(id) ?? [];
  }

  isDone(id: string): boolean {
    return this.#done.has(id);
  }
}

async function listen(): Promise<Listener> {
  const socket = new WebSocket(server.webSocketUrl, 'graphql-transport-ws');
  sockets.push(socket);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await once(socket, 'message');
  return new Listener(socket);
}

const minute = 60_000;
const begin = Math.floor(Date.now() / minute) * minute - 60 * minute;

function tradeOf(id: number, timestamp: number): Trade {
  return { exchange: 'kraken', symbol: btc, id: String(id), timestamp, price: 1, amount: 1, cost: id, side: 'buy' };
}

const document = `subscription ($since: DateTime) {
  tradesExecuted(exchange: "kraken", symbol: "BTC/USDT", since: $since) { id: tradeId cost }
}`;

const idsOf = (told: readonly unknown[]): readonly string[] =>
  told.flat().flatMap((trade) => (typeof trade === 'object' && trade && 'id' in trade ? [String(trade.id)] : []));

describe('operations that begin at different times', () => {
  test('each receive their own history, and live events are executed once for all of them', async () => {
    const history = Array.from({ length: 30 }, (_, id) => tradeOf(id, begin + id * 1000 + 7));
    server.marketData.setTrades(history);
    const listeners = await Promise.all(Array.from({ length: 20 }, () => listen()));
    listeners.forEach((listener, index) => {
      listener.subscribe('a', document, { since: begin + index * 1000 + 7 });
    });
    // Without since it begins now, and is told the same then.
    listeners[0]?.subscribe('live', document, {});
    listeners[0]?.subscribe('null', document, { since: null });
    await eventually(() => listeners.every((listener) => listener.told('a').length === 1));
    listeners.forEach((listener, index) => {
      expect(idsOf(listener.told('a'))).toEqual(history.slice(index).map(({ id }) => id));
    });
    await eventually(() => server.sockets.counts.subscriptions === 22);
    // One for each that has a history, and one for the two that have none.
    expect(server.sockets.counts).toMatchObject({ subscriptions: 22, groups: 21 });
    let reads = 0;
    const counted = {
      ...tradeOf(100, Date.now()),
      get cost() {
        reads += 1;
        return 5;
      },
    };
    server.marketData.setTrades([...history, tradeOf(99, Date.now())]);
    server.streams.push('trades', btc, [tradeOf(99, Date.now())], true);
    await eventually(() => listeners.every((listener) => idsOf(listener.told('a')).includes('99')));
    server.streams.push('trades', btc, [counted]);
    await eventually(() => listeners.every((listener) => idsOf(listener.told('a')).includes('100')));
    await eventually(() => idsOf(listeners[0]?.told('null') ?? []).includes('100'));
    expect(reads).toBe(1);
    expect(listeners[0]?.told('live').at(-1)).toEqual([{ id: '100', cost: 5 }]);
  });

  test('receive nothing after complete, even during the history', async () => {
    server.marketData.setTrades(Array.from({ length: 900 }, (_, id) => tradeOf(id, begin + id * 1000 + 7)));
    const [one, other] = await Promise.all([listen(), listen()]);
    for (let id = 0; id < 10; id++) one.subscribe(String(id), document, { since: begin + 1007 });
    for (let id = 0; id < 10; id++) one.complete(String(id));
    other.subscribe('a', document, { since: begin + 5007 });
    await eventually(() => idsOf(other.told('a')).length === 895);
    other.complete('a');
    await eventually(() => server.sockets.counts.subscriptions === 0 && server.feeds.heldHistory === 0);
  });
});

test('writing to a client that reads nothing stops, and it receives the whole history once it reads', async () => {
  const count = 900;
  // One from before tells that none is missing.
  server.marketData.setTrades([
    tradeOf(-1, begin - 7),
    ...Array.from({ length: count }, (_, id) => tradeOf(id, begin + id * 100 + 7)),
  ]);
  const listener = await listen();
  const names = Array.from({ length: 95 }, (_, index) => `field${index}: cost`).join(' ');
  const wide = document.replace('cost', names);
  listener.socket.pause();
  const ids = Array.from({ length: 10 }, (_, index) => String(index));
  for (const id of ids) listener.subscribe(id, wide, { since: begin });
  await eventually(() => server.sockets.counts.subscriptions === ids.length);
  // Some 1,200 bytes for each trade, which are together more than the sockets of both ends take.
  let held = -1;
  await eventually(async () => {
    const before = held;
    held = server.feeds.heldHistory;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return held > 0 && held === before;
  });
  expect(server.sockets.counts.subscriptions).toBe(ids.length);
  listener.socket.resume();
  await eventually(() => ids.every((id) => idsOf(listener.told(id)).length === count));
  for (const id of ids) expect(idsOf(listener.told(id))).toEqual(Array.from({ length: count }, (_, n) => String(n)));
  expect(server.sockets.deliveries.slowConsumers).toBe(0);
});

test('candles that close while ten thousand older ones are sent follow them', async () => {
  const start = Math.floor(Date.now() / minute) * minute - 9_998 * minute;
  const candle = (period: number) => ({
    timestamp: start + period * minute,
    open: 1,
    high: 1,
    low: 1,
    close: 1,
    volume: 1,
    closed: false,
  });
  const candles = Array.from({ length: 9_999 }, (_, period) => candle(period));
  server.marketData.setCandles(candles);
  const listener = await listen();
  const query = `subscription ($since: DateTime) {
    candleUpdated(exchange: "kraken", symbol: "BTC/USDT", since: $since) { timestamp closed }
  }`;
  listener.subscribe('a', query, { since: start });
  await eventually(() => listener.told('a').length > 10);
  server.streams.push('candles', btc, [candle(9_999)]);
  await eventually(() => listener.told('a').length >= 10_001);
  const told = listener.told('a').map((each) => JSON.stringify(each));
  const closed = told.filter((text) => text.includes('true'));
  expect(closed).toEqual(candles.map(({ timestamp }) => JSON.stringify({ timestamp, closed: true })));
  expect(told.at(-1)).toBe(JSON.stringify({ timestamp: start + 9_999 * minute, closed: false }));
  listener.subscribe('b', query, { since: start - minute });
  listener.subscribe('c', query, { since: start + 5000 * minute });
  await eventually(() => listener.told('c').length >= 5000);
});

describe('the key of an operation', () => {
  const keyOf = (text: string, variableValues: Readonly<Record<string, unknown>> = {}) =>
    toGroupKey({ schema, document: parse(text), variableValues }, '', new WeakMap());

  test('is the same whenever it begins, and says whether it begins in the past', () => {
    const [one, other, live] = [keyOf(document, { since: begin }), keyOf(document, { since: 0 }), keyOf(document)];
    expect([one?.hasStart, other?.hasStart, live?.hasStart]).toEqual([true, true, false]);
    expect(new Set([one?.payload, other?.payload, live?.payload]).size).toBe(1);
    expect(keyOf(document.replace('= $since', ''), { since: null })?.hasStart).toBe(false);
  });

  test('includes the start if its variable is used elsewhere too', () => {
    const used = `subscription ($since: DateTime) {
      candleUpdated(exchange: "kraken", symbol: "BTC/USDT", since: $since) { timestamp ...F }
    }
    query Q($since: DateTime) { candles(exchange: "kraken", symbol: "BTC/USDT", since: $since) { timestamp } }
    fragment F on Candle { close }`;
    const keys = [begin, 0].map((since) =>
      toGroupKey({ schema, document: parse(used), operationName: null, variableValues: { since } }, '', new WeakMap()),
    );
    // Two operations and no name: there is none to execute, and nothing to share.
    expect(keys.every((key) => key !== null)).toBe(true);
    const named = used.replace('subscription (', 'subscription S(');
    const [one, other] = [begin, 0].map((since) =>
      toGroupKey({ schema, document: parse(named), operationName: 'S', variableValues: { since } }, '', new WeakMap()),
    );
    expect(one?.payload).not.toBe(other?.payload);
  });

  test('distinguishes other variables, and recognises a start that is written in the document', () => {
    const both = document.replace('($since: DateTime)', '($since: DateTime, $s: String!)').replace('"BTC/USDT"', '$s');
    expect(keyOf(both, { since: 0, s: 'A' })?.payload).not.toBe(keyOf(both, { since: 0, s: 'B' })?.payload);
    const written = document.replace('($since: DateTime)', '').replace('$since', '0');
    expect(keyOf(written)?.hasStart).toBe(true);
    expect(keyOf(written.replace('since: 0', 'since: null'))?.hasStart).toBe(false);
  });
});

test('payloads are made once for each payload and value, and forgotten with the last group that uses them', async () => {
  const payloads = new SharedPayloads();
  let made = 0;
  const encode = async (): Promise<EncodedPayload> => {
    made += 1;
    return new EncodedPayload(String(made));
  };
  const [one, same, other] = [payloads.take('a', encode), payloads.take('a', encode), payloads.take('b', encode)];
  const value = Object.freeze({});
  const event = { key: '1', value };
  const told = await Promise.all([one(event), same(event), other(event), same({ key: '2', value })]);
  expect(told.map(({ json }) => json)).toEqual(['1', '1', '2', '1']);
  expect(payloads.keyCount).toBe(2);
  payloads.release('a');
  payloads.release('b');
  expect(payloads.keyCount).toBe(1);
  payloads.release('a');
  expect(payloads.keyCount).toBe(0);
});
