import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type WebSocket from 'ws';
import type { Trade } from '../../../src/market/model/trade.ts';
import { createGate } from '../../../src/server/access/gate.ts';
import { generated } from '../../fuzz/dice.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { type FakeServer, type FakeServerOptions, startServer } from '../../support/server.ts';
import { eventually, openSocket } from '../../support/socket-client.ts';
import { openStream, type StreamClient, type StreamClientOptions } from '../../support/stream-client.ts';

const btc = 'BTC/USDT';
const tickerOfBtc = 'subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USDT") { symbol last } }';

let server: FakeServer;
let sockets: WebSocket[];
let streams: StreamClient[];

async function start(options: FakeServerOptions = {}): Promise<void> {
  server = await startServer({ fake: options });
  server.streams.offer('ticker', 'orderBook', 'trades');
  server.marketData.set(btc, { last: 1 });
}

beforeEach(() => {
  sockets = [];
  streams = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  for (const stream of streams) stream.leave();
  await eventually(() => Object.values(server.counts).every((count) => count === 0) && server.memoryBytes === 0);
  expect(server.http.requestCount).toBe(0);
  await server.stop();
});

/** A client of either protocol. */
interface Told {
  /** The payloads that have come, as JSON. */
  readonly told: readonly string[];
  leave(): void;
}

async function stream(query: string, options?: StreamClientOptions): Promise<StreamClient> {
  const opened = await openStream(server.url, query, options);
  streams.push(opened);
  return opened;
}

async function socketOperation(query: string): Promise<Told> {
  const socket = await openSocket(server.webSocketUrl);
  sockets.push(socket);
  const told: string[] = [];
  socket.on('message', (data) => {
    const text = String(data);
    const payload = /^\{"type":"next","payload":(.*),"id":"1"\}$/.exec(text)?.[1];
    if (payload !== undefined) told.push(payload);
  });
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  return { told, leave: () => socket.terminate() };
}

function pushTicker(fields: Parameters<typeof tickerOf>[0]): void {
  const receivedAt = Date.now();
  const ticker = tickerOf({ exchange: 'kraken', symbol: btc, receivedAt, timestamp: receivedAt, source: 'STREAM' });
  // Not copied, so that a getter stays one.
  server.streams.push('ticker', btc, Object.defineProperties(ticker, Object.getOwnPropertyDescriptors(fields)));
}

const payload = (last: number): string => JSON.stringify({ data: { tickerUpdated: { symbol: btc, last } } });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('event streams and operations over WebSockets', () => {
  test('are one group: an event is executed once, and all receive the same payloads', async () => {
    await start();
    const clients: Told[] = [];
    for (let index = 0; index < 5; index += 1) {
      clients.push(await stream(tickerOfBtc), await socketOperation(tickerOfBtc));
    }
    await eventually(() => clients.every(({ told }) => told.length === 1));
    expect(server.counts).toMatchObject({ subscribers: 1, subscriptions: 10, groups: 1, operations: 10 });
    let reads = 0;
    const counted = {
      get last() {
        reads += 1;
        return 5;
      },
    };
    pushTicker(counted);
    const readsBefore = reads;
    await eventually(() => clients.every(({ told }) => told.length === 2));
    expect(reads - readsBefore).toBe(1);
    for (const { told } of clients) expect(told).toEqual([payload(1), payload(5)]);
    expect(server.sockets.deliveries.messages).toBe(20);
  });

  test('share nothing if their clients have different keys', async () => {
    await start({ gate: createGate({ apiKeys: ['a', 'b'] }) });
    const open = (key: string) => stream(tickerOfBtc, { headers: { authorization: `Bearer ${key}` } });
    const clients = [await open('a'), await open('b'), await open('b')];
    await eventually(() => clients.every(({ told }) => told.length === 1));
    expect(server.counts).toMatchObject({ subscriptions: 3, groups: 2 });
  });

  test('each receive what they would receive alone, however they join and leave', async () => {
    await start();
    const fields = ['symbol', 'bid', 'price: last', 'source', 'ask'] as const;
    const steps = generated((dice) =>
      dice.many(5, 25, () => ({
        kind: dice.pick(['join', 'join', 'leave', 'tick', 'tick', 'tick'] as const),
        isStream: dice.chance(50),
        selection: ['last', ...fields.filter(() => dice.chance(30))].join(' '),
        client: dice.int(0, 1000),
      })),
    );
    let last = 1;
    const toPayload = (selection: string): string => {
      const values: Readonly<Record<string, unknown>> = {
        last,
        symbol: btc,
        bid: last - 1,
        'price: last': last,
        source: 'STREAM',
        ask: null,
      };
      const names = selection.match(/price: last|\w+/g) ?? [];
      const entries = names.map((name) => [name.replace(/:.*/, ''), values[name]]);
      return JSON.stringify({ data: { tickerUpdated: Object.fromEntries(entries) } });
    };
    const tick = (): void => {
      last += 1;
      pushTicker({ last, bid: last - 1 });
    };
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        // Keeps the feed alive while nobody else is there.
        const first = await socketOperation(tickerOfBtc);
        await eventually(() => first.told.length === 1);
        tick();
        await eventually(() => first.told.length === 2);
        const open: { readonly client: Told; readonly selection: string; readonly expected: string[] }[] = [];
        for (const { kind, isStream, selection, client: index } of taken) {
          if (kind === 'join') {
            const query = `subscription { tickerUpdated(exchange: "kraken", symbol: "${btc}") { ${selection} } }`;
            const client = await (isStream ? stream(query) : socketOperation(query));
            open.push({ client, selection, expected: [toPayload(selection)] });
          } else if (kind === 'tick') {
            tick();
            for (const { selection: own, expected } of open) expected.push(toPayload(own));
          } else if (open.length > 0) {
            for (const { client } of open.splice(index % open.length, 1)) client.leave();
          }
          await eventually(() => open.every(({ client, expected }) => client.told.length >= expected.length));
          for (const { client, expected } of open) expect(client.told).toEqual(expected);
        }
        for (const { client } of open) client.leave();
        first.leave();
        await eventually(() => Object.values(server.counts).every((count) => count === 0));
      }),
      { seed: 16, numRuns: 20, endOnFailure: true },
    );
  });
});

describe('an event stream', () => {
  test('that reads nothing is conflated, and does not delay others', async () => {
    await start();
    const query =
      'subscription { orderBookUpdated(exchange: "kraken", symbol: "BTC/USDT", limit: 1000) { bestBid bids { price amount } } }';
    const pushBook = (best: number): void => {
      const receivedAt = Date.now();
      const bids = Array.from({ length: 1000 }, (_, level) => ({
        price: best - level / 1000,
        amount: Math.PI + level,
      }));
      const sides = { bids, asks: [], stale: false, timestamp: receivedAt, receivedAt };
      server.streams.push('orderBook', btc, { exchange: 'kraken', symbol: btc, ...sides });
    };
    const [stalled, other, socket] = [await stream(query), await stream(query), await socketOperation(query)];
    await eventually(() => [stalled, other, socket].every(({ told }) => told.length === 1));
    stalled.response.pause();
    const count = 400;
    for (let best = 1; best <= count; best += 1) {
      pushBook(best);
      await eventually(() => socket.told.length === 1 + best);
    }
    await eventually(() => other.told.length === 1 + count);
    expect(other.told).toEqual(socket.told);
    stalled.response.resume();
    await eventually(() => stalled.told.at(-1) === other.told.at(-1));
    expect(stalled.told.length).toBeLessThan(count);
    expect(server.sockets.deliveries.conflated).toBe(1 + count - stalled.told.length);
    const bests = stalled.told.map((text) => Number(/"bestBid":(\d+)/.exec(text)?.[1] ?? 0));
    expect(bests).toEqual([...new Set(bests)].sort((a, b) => a - b));
  });

  test('of trades that reads nothing ends with SLOW_CONSUMER, and others continue', async () => {
    await start();
    const query =
      'subscription { tradesExecuted(exchange: "kraken", symbol: "BTC/USDT") { tradeId timestamp datetime price amount cost side } }';
    const [stalled, other] = [await stream(query), await socketOperation(query)];
    await eventually(() => server.counts.subscriptions === 2);
    let id = 0;
    const trades = (count: number): readonly Trade[] =>
      Array.from({ length: count }, () => {
        id += 1;
        const sold = { price: 1, amount: 1, cost: 1, side: 'buy' } as const;
        return { exchange: 'kraken', symbol: btc, id: `${id}`, timestamp: Date.now(), ...sold };
      });
    const first = trades(1);
    server.marketData.setTrades(first);
    server.streams.push('trades', btc, first);
    await eventually(() => other.told.length === 1 && stalled.told.length === 1);
    stalled.response.pause();
    while (server.counts.subscriptions === 2 && id < 400_000) {
      server.streams.push('trades', btc, trades(100));
      const newest = `"tradeId":"${id}"`;
      while (!other.told.at(-1)?.includes(newest)) await turn();
    }
    expect(server.counts.subscriptions).toBe(1);
    stalled.response.resume();
    await eventually(() => stalled.isCompleted);
    expect(JSON.parse(stalled.told.at(-1) ?? '').errors[0].extensions.code).toBe('SLOW_CONSUMER');
    expect(server.sockets.deliveries.slowConsumers).toBe(1);
    server.streams.push('trades', btc, trades(1));
    await eventually(() => other.told.at(-1)?.includes(`"tradeId":"${id}"`) ?? false);
  });

  test('that begins in the past receives each trade once, then new ones', async () => {
    await start();
    const begin = Date.now() - 60_000;
    const trade = (id: number): Trade => {
      const sold = { price: 1, amount: 1, cost: 1, side: 'buy' } as const;
      return { exchange: 'kraken', symbol: btc, id: `${id}`, timestamp: begin + id, ...sold };
    };
    const known = Array.from({ length: 50 }, (_, id) => trade(id));
    server.marketData.setTrades(known);
    const query =
      'subscription ($since: DateTime) { tradesExecuted(exchange: "kraken", symbol: "BTC/USDT", since: $since) { tradeId } }';
    const client = await stream(query, { variables: { since: begin } });
    const ids = (): readonly string[] => client.told.flatMap((text) => text.match(/(?<="tradeId":")\d+/g) ?? []);
    await eventually(() => ids().length === 50);
    // The first message of a stream is sent once a fetch has reached it.
    server.marketData.setTrades([...known, trade(50)]);
    server.streams.push('trades', btc, [trade(50)]);
    await eventually(() => ids().length === 51);
    expect(ids()).toEqual(Array.from({ length: 51 }, (_, id) => String(id)));
  });

  test('begins with a comment, and receives one every 12 seconds', async () => {
    const clock = new ManualClock();
    await start({ socketClock: clock });
    const client = await stream(tickerOfBtc);
    await eventually(() => client.told.length === 1);
    expect(client.text.startsWith(':\n\n')).toBe(true);
    await clock.advance(12_000);
    await eventually(() => client.comments === 2);
    await clock.advance(24_000);
    await eventually(() => client.comments === 4);
    client.leave();
    await eventually(() => clock.pending === 0);
  });

  test.each([
    ['parameters of its content type', {}, { 'content-type': 'application/json;charset=UTF-8;v=1' }],
    ['the other JSON content type', {}, { 'content-type': 'application/graphql+json' }],
    ['a query string', { search: '?a=1' }, {}],
    ['any accepted type', {}, { accept: '*/*' }],
  ])('is answered for a POST with %s', async (_what, { search = '' }: { search?: string }, headers) => {
    await start();
    const client = await openStream(`${server.url}${search}`, tickerOfBtc, { headers });
    streams.push(client);
    await eventually(() => client.told.length === 1);
    expect(client.response.headers['content-type']).toBe('text/event-stream');
    expect(server.counts).toMatchObject({ subscriptions: 1, groups: 1, operations: 1 });
  });

  test('is answered if its request has an unknown member that is null, and refused if it is not', async () => {
    await start();
    const client = await stream(tickerOfBtc, { more: { id: null } });
    await eventually(() => client.told.length === 1);
    const other = await stream(tickerOfBtc, { more: { id: 1 } });
    await eventually(() => other.closed);
    expect([other.response.statusCode, other.text]).toEqual([400, expect.stringContaining('BAD_USER_INPUT')]);
    expect(server.counts).toMatchObject({ subscriptions: 1, operations: 1 });
  });

  test('charges its cost once, and is recorded with its operation', async () => {
    const costs: number[] = [];
    const gate = createGate();
    await start({ gate: { ...gate, takeCost: (_principal, cost) => void costs.push(cost) }, logLevel: 'debug' });
    const client = await stream(tickerOfBtc);
    await eventually(() => client.told.length === 1);
    expect(costs).toHaveLength(1);
    client.leave();
    await eventually(() => server.log.lines.some(({ transport }) => transport === 'sse'));
    expect(server.log.lines.find(({ transport }) => transport === 'sse')).toMatchObject({
      operation: 'tickerUpdated',
      code: 'ok',
      status: 200,
    });
  });
});

test('clients that leave at any moment leave nothing behind', async () => {
  await start();
  for (let burst = 0; burst < 20; burst += 1) {
    const release = burst % 2 === 0 ? server.marketData.hold() : (): void => {};
    const leaving = Array.from({ length: 20 }, async (_, index) => {
      const abort = new AbortController();
      const init = { method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream' } };
      const asked = fetch(server.url, {
        ...init,
        body: JSON.stringify({ query: tickerOfBtc }),
        signal: abort.signal,
      }).catch(() => null);
      for (let wait = 0; wait < index; wait += 1) await turn();
      pushTicker({ last: burst * 100 + index });
      abort.abort();
      await (await asked)?.text().catch(() => {});
    });
    await turn();
    release();
    await Promise.all(leaving);
  }
  await eventually(() => server.http.requestCount === 0);
});
