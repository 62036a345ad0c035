import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { createGate } from '../../../src/server/access/gate.ts';
import { createCors } from '../../../src/server/http/messages/cors.ts';
import { createStreamResources } from '../../../src/server/rest/stream-resources.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { allow, createMemoryLimits } from '../../support/fakes/limits.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { type FakeServer, type FakeServerOptions, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
import { getStream, openStream, type StreamClient } from '../../support/stream-client.ts';

const btc = 'BTC/USDT';
const tickerPath = '/api/stream/ticker/kraken/BTC-USDT';

let server: FakeServer;
let streams: StreamClient[];

async function start(options: FakeServerOptions = {}): Promise<void> {
  server = await startServer({ fake: options });
  server.streams.offer('ticker', 'orderBook', 'trades');
  server.marketData.set(btc, { last: 1 });
  server.marketData.set('ETH/USDT', { last: 2 });
}

beforeEach(() => {
  streams = [];
});

afterEach(async () => {
  for (const stream of streams) stream.leave();
  await eventually(() => Object.values(server.counts).every((count) => count === 0) && server.memoryBytes === 0);
  expect(server.http.requestCount).toBe(0);
  await server.stop();
});

async function open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<StreamClient> {
  const stream = await getStream(`${server.origin}${path}`, headers);
  streams.push(stream);
  return stream;
}

/** Requests a path that is refused, and returns the problem. */
async function refused(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  const client = await getStream(`${server.origin}${path}`, headers, method);
  await eventually(() => client.closed);
  const { statusCode: status, headers: answered } = client.response;
  return { status, headers: answered, problem: client.text === '' ? null : JSON.parse(client.text) };
}

function pushTicker(fields: Parameters<typeof tickerOf>[0], symbol = btc): void {
  const receivedAt = Date.now();
  const ticker = tickerOf({ exchange: 'kraken', symbol, receivedAt, timestamp: receivedAt, source: 'STREAM' });
  // Not copied, so that a getter stays one.
  server.streams.push('ticker', symbol, Object.defineProperties(ticker, Object.getOwnPropertyDescriptors(fields)));
}

const valuesOf = (client: StreamClient) => client.events.map(({ data }) => JSON.parse(data ?? 'null'));
const lastsOf = (client: StreamClient): readonly unknown[] => valuesOf(client).map(({ last }) => last);

describe('a stream of tickers', () => {
  test('sends the ticker in events without a name', async () => {
    await start();
    const client = await open(tickerPath);
    await eventually(() => client.events.length === 1);
    pushTicker({ last: 5 });
    await eventually(() => client.events.length === 2);
    expect(client.events.map(({ event, id, retry }) => [event, id, retry])).toEqual([
      [null, null, null],
      [null, null, null],
    ]);
    expect(valuesOf(client)[1]).toMatchObject({ exchange: { id: 'kraken' }, symbol: btc, last: 5, stale: false });
    expect(client.text.startsWith('retry: 2000\nid: connected\n:\n\n')).toBe(true);
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      vary: 'Accept, Authorization',
    });
  });

  test('has the same values as the same subscription of GraphQL, and shares its group', async () => {
    await start();
    const client = await open('/api/stream/order-book/kraken/BTC%2FUSDT?limit=5');
    const resource = createStreamResources(schema).find(({ operationId }) => operationId === 'streamOrderBook');
    const query = resource?.query.document ?? '';
    const graphql = await openStream(server.url, query, { variables: { exchange: 'kraken', symbol: btc, limit: 5 } });
    streams.push(graphql);
    for (let best = 1; best < 4; best += 1) {
      const receivedAt = Date.now();
      const bids = [{ price: best, amount: Math.PI }];
      server.streams.push('orderBook', btc, {
        ...{ exchange: 'kraken', symbol: btc, bids, asks: [], stale: false },
        ...{ timestamp: receivedAt, receivedAt },
      });
      await eventually(() => valuesOf(client).at(-1)?.bestBid === best && graphql.told.length === client.events.length);
    }
    // A poll between the two can have renewed the first book.
    const pushed = client.events.slice(1).map(({ data }) => `{"data":{"orderBookUpdated":${data}}}`);
    expect(pushed).toEqual(graphql.told.slice(1));
    expect(server.counts).toMatchObject({ subscriptions: 2, groups: 1 });
  });

  test('of several symbols has one ticker per event', async () => {
    await start();
    const client = await open('/api/stream/tickers/kraken?symbols=BTC-USDT,ETH/USDT');
    await eventually(() => client.events.length === 2);
    pushTicker({ last: 7 }, 'ETH/USDT');
    await eventually(() => lastsOf(client).at(-1) === 7);
    expect(new Set(valuesOf(client).map(({ symbol }) => symbol))).toEqual(new Set([btc, 'ETH/USDT']));
  });

  test('is executed and encoded once for a thousand clients', async () => {
    await start();
    const count = 1000;
    while (streams.length < count) await Promise.all(Array.from({ length: 50 }, () => open(tickerPath)));
    await eventually(() => streams.every(({ events }) => events.length === 1));
    expect(server.counts).toMatchObject({ subscribers: 1, subscriptions: count, groups: 1, operations: count });
    let reads = 0;
    pushTicker({
      get last() {
        reads += 1;
        return 5;
      },
    });
    const readsBefore = reads;
    await eventually(() => streams.every(({ events }) => events.length === 2));
    expect(reads - readsBefore).toBe(1);
    expect(new Set(streams.map((client) => client.events[1]?.data)).size).toBe(1);
    expect(server.sockets.deliveries.messages).toBe(2 * count);
  });

  test('has a comment every 12 seconds', async () => {
    const clock = new ManualClock();
    await start({ socketClock: clock });
    const client = await open(tickerPath);
    await eventually(() => client.events.length === 1);
    await clock.advance(12_000);
    await eventually(() => client.comments === 1);
    client.leave();
    await eventually(() => clock.pending === 0);
  });

  test('ends without a word when the server stops, so that its clients reconnect', async () => {
    await start();
    const client = await open(tickerPath);
    await eventually(() => client.events.length === 1);
    await server.http.close();
    await eventually(() => client.closed);
    expect([client.response.complete, client.events.length]).toEqual([true, 1]);
  });

  test('is recorded as an event stream, and charged once', async () => {
    const costs: number[] = [];
    const gate = { ...createGate(), takeCost: (_principal: unknown, cost: number) => void costs.push(cost) };
    await start({ gate, logLevel: 'debug' });
    const client = await open(tickerPath);
    await eventually(() => client.events.length === 1);
    client.leave();
    await eventually(() => server.log.lines.some(({ transport }) => transport === 'sse'));
    expect(server.log.lines.find(({ transport }) => transport === 'sse')).toMatchObject({
      operation: 'tickerUpdated',
      code: 'ok',
      status: 200,
    });
    expect(costs).toHaveLength(1);
  });
});

describe('an error', () => {
  test('after the first event is an event named problem, and the last one', async () => {
    let drawn = 0;
    await start({ random: () => 0.1 * drawn++ });
    server.streams.withdraw('trades');
    const at = Date.now() - 10_000;
    const trade = (id: number): Trade => {
      const sold = { price: 1, amount: 1, cost: 1, side: 'buy' } as const;
      return { exchange: 'kraken', symbol: btc, id: `${id}`, timestamp: at + id, ...sold };
    };
    server.marketData.setTrades([trade(1)]);
    const path = '/api/stream/trades/kraken/BTC-USDT';
    const clients = [await open(path), await open(path)];
    await eventually(() => server.counts.subscriptions === 2);
    let newest = 1;
    // Each poll brings the trade that is known and a new one.
    await eventually(() => {
      newest += 1;
      server.marketData.setTrades([trade(newest - 1), trade(newest)]);
      return clients.every(({ events }) => events.length > 0);
    });
    server.marketData.setTrades([trade(newest + 5000)]);
    await eventually(() => clients.every(({ closed }) => closed));
    // So that they do not all come back together.
    const retries = clients.map(({ events }) => events.at(-1)?.retry);
    expect(retries.toSorted()).toEqual(['2400', '2600']);
    for (const { events, response } of clients) {
      const problem = events.at(-1);
      expect(problem).toMatchObject({ event: 'problem', id: null });
      expect(JSON.parse(problem?.data ?? '')).toMatchObject({
        status: 503,
        code: 'EXCHANGE_UNAVAILABLE',
        detail: expect.stringContaining('may be missing here'),
        retryable: true,
      });
      expect(response.complete).toBe(true);
    }
  });
});

describe('a request is refused', () => {
  test.each([
    ['HEAD', tickerPath, {}, 'HEAD', 405],
    ['POST', tickerPath, {}, 'POST', 405],
    ['a client that accepts no events', tickerPath, { accept: 'application/json' }, 'GET', 406],
    ['a client that excludes events', tickerPath, { accept: 'text/event-stream;q=0, text/html' }, 'GET', 406],
    ['an unknown symbol', '/api/stream/ticker/kraken/NO-SUCH', {}, 'GET', 404],
    ['an unknown exchange', '/api/stream/ticker/krakn/BTC-USDT', {}, 'GET', 404],
    ['an unknown timeframe', '/api/stream/candles/kraken/BTC-USDT?timeframe=fast', {}, 'GET', 400],
    ['an unknown parameter', `${tickerPath}?limt=1`, {}, 'GET', 400],
    ['a wrong value', '/api/stream/order-book/kraken/BTC-USDT?limit=many', {}, 'GET', 400],
    ['a wrong Last-Event-ID', '/api/stream/trades/kraken/BTC-USDT', { 'last-event-id': 'x' }, 'GET', 400],
  ])('for %s, with a problem', async (_what, path, headers, method, status) => {
    await start();
    const answer = await refused(path, headers, method);
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
    if (method === 'HEAD') expect(answer.problem).toBeNull();
    else expect(answer.problem).toMatchObject({ status, detail: expect.stringMatching(/[.?]$/) });
    if (status === 405) expect(answer.headers.allow).toBe('GET');
  });

  test('over the limit of operations, and nothing stays open', async () => {
    await start({ limits: { operations: allow(2) } });
    const clients = [await open(tickerPath), await open(tickerPath)];
    await eventually(() => clients.every(({ events }) => events.length === 1));
    const answer = await refused(tickerPath);
    expect(answer.status).toBe(429);
    expect(answer.problem).toMatchObject({ code: 'TOO_MANY_SUBSCRIPTIONS', retryable: true });
    expect(server.counts).toMatchObject({ operations: 2 });
  });

  test('over the limit of memory', async () => {
    await start({ subscriptionMemory: createMemoryLimits(100) });
    expect((await refused(tickerPath)).problem).toMatchObject({ code: 'TOO_MANY_SUBSCRIPTIONS' });
  });

  test('over the quota, with Retry-After', async () => {
    await start({ gate: createGate({ requestsPerMinute: 1 }) });
    await open(tickerPath);
    const answer = await refused(tickerPath);
    expect([answer.status, Number(answer.headers['retry-after']) > 0]).toEqual([429, true]);
    expect(answer.problem).toMatchObject({ code: 'RATE_LIMITED' });
  });

  test('without an API key', async () => {
    await start({ gate: createGate({ apiKeys: ['secret'] }) });
    expect((await refused(tickerPath)).status).toBe(401);
    const client = await open(tickerPath, { authorization: 'Bearer secret' });
    await eventually(() => client.events.length === 1);
  });

  test('by the browser if its page may not read the answer', async () => {
    await start({ cors: createCors(['https://shop.example']) });
    const client = await open(tickerPath, { origin: 'https://other.example' });
    expect(client.response.headers['access-control-allow-origin']).toBeUndefined();
    const own = await open(tickerPath, { origin: 'https://shop.example' });
    expect(own.response.headers['access-control-allow-origin']).toBe('https://shop.example');
  });

  test('with the status of its exchange', async () => {
    await start({ startTimeoutMs: 50 });
    server.streams.withdraw('ticker');
    server.marketData.fail(new MarketDataError('EXCHANGE_UNAVAILABLE', 'kraken is away.', { exchange: 'kraken' }));
    const answer = await refused(tickerPath);
    expect([answer.status, answer.problem.code]).toEqual([503, 'EXCHANGE_UNAVAILABLE']);
  });
});

test('clients that lose their streams together are told before to come back at different times', async () => {
  let drawn = 0;
  await start({ random: () => 0.1 * drawn++ });
  const clients = [await open(tickerPath), await open(tickerPath), await open('/api/stream/trades/kraken/BTC-USDT')];
  await eventually(() => clients.every(({ text }) => text.includes('\n\n')));
  expect(clients.map(({ text }) => text.split('\n', 1)[0])).toEqual(['retry: 2000', 'retry: 2200', 'retry: 2400']);
});

describe('a client that reconnects and is refused', () => {
  const reconnecting = { 'last-event-id': 'connected' };

  /** The only event of an answer with the status 200. */
  async function problemOf(path: string, headers: Readonly<Record<string, string>>) {
    const client = await open(path, { ...headers, origin: 'https://shop.example' });
    await eventually(() => client.closed);
    expect(client.response.statusCode).toBe(200);
    expect(client.response.headers).toMatchObject({
      ...{ 'content-type': 'text/event-stream', 'cache-control': 'no-store, no-transform' },
      ...{ 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' },
    });
    expect(client.events).toHaveLength(1);
    const { event, id, retry, data } = client.events[0] ?? {};
    expect(event).toBe('problem');
    return { id, retry, problem: JSON.parse(data ?? 'null') };
  }

  test('because its exchange is away tries again', async () => {
    await start({ startTimeoutMs: 50 });
    server.streams.withdraw('ticker');
    server.marketData.fail(new MarketDataError('EXCHANGE_UNAVAILABLE', 'kraken is away.', { exchange: 'kraken' }));
    const { id, retry, problem } = await problemOf(tickerPath, reconnecting);
    expect([id, retry]).toEqual([null, '2000']);
    expect(problem).toMatchObject({ status: 503, code: 'EXCHANGE_UNAVAILABLE', retryable: true });
  });

  test('because of its quota tries again when it has something left', async () => {
    await start({ gate: createGate({ requestsPerMinute: 1 }) });
    await open(tickerPath);
    const { retry, problem } = await problemOf(tickerPath, reconnecting);
    expect(problem).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(Number(retry)).toBe(Math.max(2000, problem.retryAfterMs));
  });

  test('because the exchange no longer has what follows begins at that time', async () => {
    await start();
    server.marketData.setTrades([]);
    const future = { 'last-event-id': `${server.clock.now() + 3_600_000}/1` };
    const { id, retry, problem } = await problemOf('/api/stream/trades/kraken/BTC-USDT', future);
    expect([id, retry]).toEqual(['connected', '2000']);
    expect(problem).toMatchObject({ status: 400, code: 'BAD_USER_INPUT', exchange: 'kraken' });
    const client = await open('/api/stream/trades/kraken/BTC-USDT', { 'last-event-id': 'connected' });
    await eventually(() => client.text !== '');
    expect(client.response.statusCode).toBe(200);
    expect(client.text).toMatch(/^retry: 2000\nid: \d+\n:\n\n$/);
  });

  test.each([
    ['an unknown symbol', '/api/stream/ticker/kraken/NO-SUCH', reconnecting, 'GET', 404],
    ['a wrong parameter', `${tickerPath}?limt=1`, reconnecting, 'GET', 400],
    ['a since that is refused, too', '/api/stream/trades/kraken/BTC-USDT?since=2100-01-01', reconnecting, 'GET', 400],
    ['a client that accepts no events', tickerPath, { ...reconnecting, accept: 'application/json' }, 'GET', 406],
    ['HEAD', tickerPath, reconnecting, 'HEAD', 405],
  ])('for %s receives a status', async (_what, path, headers, method, status) => {
    await start();
    expect((await refused(path, headers, method)).status).toBe(status);
  });

  test('over its quota receives a status if it accepts no events', async () => {
    await start({ gate: createGate({ requestsPerMinute: 1 }) });
    await open(tickerPath);
    expect((await refused(tickerPath, { ...reconnecting, accept: 'application/json' })).status).toBe(429);
    expect((await refused(tickerPath, reconnecting, 'HEAD')).status).toBe(429);
  });

  test('without its key receives a status', async () => {
    await start({ gate: createGate({ apiKeys: ['secret'] }) });
    expect((await refused(tickerPath, reconnecting)).status).toBe(401);
  });
});

describe('a client that reconnects', () => {
  const begin = Date.now() - 60_000;
  const trade = (id: number, at: number): Trade => {
    const sold = { price: 1, amount: 1, cost: 1, side: 'buy' } as const;
    return { exchange: 'kraken', symbol: btc, id: `${id}`, timestamp: begin + at, ...sold };
  };
  const idsOf = (client: StreamClient): readonly string[] =>
    valuesOf(client).flatMap((trades) => trades.map(({ tradeId }: { readonly tradeId: string }) => tradeId));
  const path = '/api/stream/trades/kraken/BTC-USDT';

  test('receives the trades that follow, also those of the same millisecond, and none twice', async () => {
    await start();
    const known = [trade(1, 0), trade(2, 5), trade(3, 5), trade(4, 5), trade(5, 9)];
    server.marketData.setTrades(known);
    const first = await open(`${path}?since=${begin}`);
    await eventually(() => idsOf(first).length === 5);
    expect(first.events.at(-1)?.id).toBe(`${begin + 9}/5`);
    const again = await open(`${path}?since=${begin}`, { 'last-event-id': `${begin + 5}/3` });
    await eventually(() => idsOf(again).length === 2);
    server.marketData.setTrades([...known, trade(6, 9)]);
    server.streams.push('trades', btc, [trade(6, 9)]);
    await eventually(() => idsOf(again).length === 3 && idsOf(first).length === 6);
    expect(idsOf(again)).toEqual(['4', '5', '6']);
  });

  test('receives all trades of the millisecond if its last one does not come again', async () => {
    await start();
    server.marketData.setTrades([trade(1, 0), trade(2, 5), trade(3, 5), trade(4, 9)]);
    const client = await open(path, { 'last-event-id': `${begin + 5}/other` });
    await eventually(() => idsOf(client).length === 3);
    expect(idsOf(client)).toEqual(['2', '3', '4']);
    const withoutTrade = await open(path, { 'last-event-id': String(begin + 5) });
    await eventually(() => idsOf(withoutTrade).length === 3);
  });

  test('before its first trade receives the trades since it began', async () => {
    await start();
    server.marketData.setTrades([trade(1, 0)]);
    const first = await open(path);
    await eventually(() => first.text !== '');
    const id = /^retry: 2000\nid: (\d+)\n:\n\n$/.exec(first.text)?.[1] ?? '';
    const began = Number(id) + 5000;
    expect(Math.abs(began - server.clock.now())).toBeLessThan(1000);
    first.leave();
    server.marketData.setTrades([trade(1, 0), trade(2, began - begin + 10)]);
    const again = await open(path, { 'last-event-id': id });
    await eventually(() => idsOf(again).length > 0);
    expect(idsOf(again)).toEqual(['2']);
    expect(again.text.startsWith('retry: 2000\n:\n\n')).toBe(true);
  });

  test('before its first trade begins where its URL says, if it does', async () => {
    await start();
    server.marketData.setTrades([trade(1, 0)]);
    const client = await open(`${path}?since=${begin + 1}`);
    await eventually(() => client.text !== '');
    expect(client.text).toBe('retry: 2000\nid: connected\n:\n\n');
  });

  test('receives the candle that it has again, with its newest values', async () => {
    await start();
    const minute = 60_000;
    const now = server.clock.now();
    const at = (ago: number): number => now - (now % minute) - ago * minute;
    const candle = (ago: number) => ({
      timestamp: at(ago),
      open: 1,
      high: 1,
      low: 1,
      close: ago,
      volume: 1,
      closed: ago > 0,
    });
    server.marketData.setCandles([3, 2, 1, 0].map(candle));
    const client = await open('/api/stream/candles/kraken/BTC-USDT?timeframe=1m', { 'last-event-id': String(at(2)) });
    await eventually(() => client.events.length === 3);
    expect(client.events.map(({ id }) => id)).toEqual([at(2), at(1), at(0)].map(String));
    expect(valuesOf(client)[0]).toMatchObject({ timestamp: at(2), close: 2, closed: true });
  });
});
