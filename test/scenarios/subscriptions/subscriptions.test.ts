import { once } from 'node:events';
import { createConnection } from 'node:net';
import type { Client } from 'graphql-ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { connect, eventually, type Operation, openSocket, subscribe } from '../../support/socket-client.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';

const tickerCalls = /\/Ticker/;
const document = `subscription ($symbol: String!) {
  tickerUpdated(exchange: "kraken", symbol: $symbol) { symbol last stale source }
}`;

let kraken: Venue;
let running: AppServer;
let client: Client;

beforeEach(async () => {
  kraken = await createKraken();
  // What follows is about polling; streams have tests of their own.
  kraken.refuseStreams();
  running = await startServer({
    config: { pollIntervalMs: 50, lingerMs: 400, upstreamTimeoutMs: 1500, maxSubscriptionsPerSocket: 5 },
    venues: { kraken },
  });
  client = connect(running.webSocketUrl);
});

afterEach(async () => {
  await client.dispose();
  await running.stop();
  await kraken.close();
});

function tickers({ results }: Operation): readonly Record<string, unknown>[] {
  return results.map(({ data }) => data?.tickerUpdated ?? data?.tickersUpdated);
}

test('the latest known ticker comes at once, then each change, never an unchanged one', async () => {
  kraken.setTicker('BTC/USD', { last: '100.1' });
  await running.query('{ exchange(id: "kraken") { markets(first: 1) { totalCount } } }');
  const operation = subscribe(client, document, { symbol: 'BTC/USD' });
  await operation.until(1);
  const calls = kraken.count(tickerCalls);
  await eventually(() => kraken.count(tickerCalls) >= calls + 3);
  expect(tickers(operation)).toHaveLength(1);
  kraken.setTicker('BTC/USD', { last: '100.2' });
  await operation.until(2);
  kraken.setTicker('BTC/USD', { last: '100.3' });
  await operation.until(3);
  expect(tickers(operation).map(({ last }) => last)).toEqual([100.1, 100.2, 100.3]);
  // A first fetch and a poll at the same time share one answer.
  expect(tickers(operation).map(({ source }) => source)).toEqual([expect.stringMatching(/FETCH|POLL/), 'POLL', 'POLL']);
});

test('one call per interval feeds all subscribers of all symbols', async () => {
  const others = Array.from({ length: 10 }, () => connect(running.webSocketUrl));
  const operations = others.flatMap((other) =>
    ['BTC/USD', 'ETH/USD'].map((symbol) => subscribe(other, document, { symbol })),
  );
  await Promise.all(operations.map((operation) => operation.until(1)));
  expect(running.app.counts).toMatchObject({ topics: 2, polls: 1, groups: 2, subscriptions: 20, sockets: 10 });
  kraken.reset();
  await eventually(() => kraken.count(tickerCalls) >= 4);
  const batches = kraken.requests.filter(({ path }) => tickerCalls.test(path));
  for (const { query } of batches) expect(query.pair?.split(',')).toHaveLength(2);
  const spanMs = (batches.at(-1)?.at ?? 0) - (batches[0]?.at ?? 0);
  expect(spanMs / (batches.length - 1)).toBeGreaterThanOrEqual(40);
  kraken.setTicker('ETH/USD', { last: '7.5' });
  const interested = operations.filter((_operation, index) => index % 2 === 1);
  await Promise.all(interested.map((operation) => operation.until(2)));
  for (const operation of interested) expect(tickers(operation).at(-1)).toMatchObject({ symbol: 'ETH/USD', last: 7.5 });
  await Promise.all(others.map((other) => other.dispose()));
});

test('polling stops after the last subscriber, and a new one within the linger time receives the latest at once', async () => {
  const first = subscribe(client, document, { symbol: 'BTC/USD' });
  await first.until(1);
  first.stop();
  await eventually(() => running.app.counts.subscribers === 0);
  expect(running.app.counts.topics).toBe(1);
  const second = subscribe(client, document, { symbol: 'BTC/USD' });
  await second.until(1);
  second.stop();
  await eventually(() => running.app.counts.topics === 0);
  const calls = kraken.count(tickerCalls);
  await new Promise((resolve) => setTimeout(resolve, 150));
  // One may have been under way.
  expect(kraken.count(tickerCalls)).toBeLessThanOrEqual(calls + 1);
});

test('a failing exchange marks the value stale once and recovers', async () => {
  kraken.setTicker('BTC/USD', { last: '5' });
  const operation = subscribe(client, document, { symbol: 'BTC/USD' });
  await operation.until(1);
  kraken.fault({ kind: 'status', status: 502 });
  await operation.until(2);
  const calls = kraken.count(tickerCalls);
  await eventually(() => kraken.count(tickerCalls) >= calls + 2);
  expect(tickers(operation)).toMatchObject([{ stale: false }, { last: 5, stale: true }]);
  kraken.heal();
  await operation.until(3);
  expect(tickers(operation).at(-1)).toMatchObject({ last: 5, stale: false, source: 'POLL' });
});

test('an exchange that is down when an operation starts ends it after UPSTREAM_TIMEOUT_MS', async () => {
  kraken.fault({ kind: 'cut' });
  const operation = subscribe(client, document, { symbol: 'BTC/USD' });
  await operation.ended();
  expect(operation.results).toMatchObject([
    { errors: [{ extensions: { code: 'EXCHANGE_UNAVAILABLE', exchange: 'kraken', retryable: true } }] },
  ]);
});

test('an exchange that is down when an operation starts delays it if it is back in time', async () => {
  await using patient = await startServer({
    config: { pollIntervalMs: 50, upstreamTimeoutMs: 15_000 },
    venues: { kraken },
  });
  const other = connect(patient.webSocketUrl);
  kraken.fault({ kind: 'cut' });
  const operation = subscribe(other, document, { symbol: 'BTC/USD' });
  await eventually(() => kraken.count() > 3);
  expect(operation.results).toEqual([]);
  kraken.heal();
  await operation.until(1);
  expect(operation.results[0]).toMatchObject({ data: { tickerUpdated: { symbol: 'BTC/USD', stale: false } } });
  expect(operation.completed).toBe(false);
  await other.dispose();
});

test('unknown symbols refuse the operation with an error that names all of them, unless they are skipped', async () => {
  const alone = subscribe(client, document, { symbol: 'btc/usd' });
  await alone.ended();
  expect(alone.results).toMatchObject([{ errors: [{ extensions: { code: 'SYMBOL_NOT_FOUND' } }] }]);
  const toList = (argument: string): string =>
    `subscription { tickersUpdated(exchange: "kraken", symbols: ["btc/usd", "BTC/USD", "ETH/USD", "NO/PE"]${argument}) { symbol last } }`;
  const strict = subscribe(client, toList(''));
  await strict.ended();
  expect(strict.results).toMatchObject([
    {
      errors: [
        {
          message: 'kraken has no markets "btc/usd", "NO/PE"; skipUnknown: true leaves out unknown symbols.',
          extensions: { code: 'SYMBOL_NOT_FOUND', retryable: false, symbols: ['btc/usd', 'NO/PE'] },
        },
      ],
    },
  ]);
  const list = subscribe(client, toList(', skipUnknown: true'));
  await list.until(2);
  kraken.setTicker('ETH/USD', { last: '1.25' });
  await list.until(3);
  expect(list.results.filter(({ errors }) => errors)).toEqual([]);
  expect(tickers(list).at(-1)).toEqual({ symbol: 'ETH/USD', last: 1.25 });
  expect(list.completed).toBe(false);
});

test.each([
  ['subscription { tickerUpdated(exchange: "nope", symbol: "BTC/USD") { last } }', 'EXCHANGE_NOT_FOUND'],
  ['subscription { tickersUpdated(exchange: "kraken", symbols: []) { last } }', 'BAD_USER_INPUT'],
])('%s receives the reason for its end', async (query, code) => {
  const operation = subscribe(client, query);
  await operation.ended();
  expect(operation.results).toMatchObject([{ errors: [{ extensions: { code } }] }]);
  expect(running.app.counts).toMatchObject({ topics: 0, subscribers: 0 });
});

test.each([
  ['subscription { tickerUpdated(', 'Syntax Error'],
  ['subscription { nope }', 'Cannot query field'],
  ['query A { exchanges { id } } query B { exchanges { id } }', 'Unable to identify operation'],
])('%s ends its operation and not the socket', async (query, sentence) => {
  const good = subscribe(client, document, { symbol: 'BTC/USD' });
  await good.until(1);
  const bad = subscribe(client, query);
  await bad.ended();
  expect(bad.error).toMatchObject([
    { message: expect.stringContaining(sentence), extensions: { code: 'BAD_USER_INPUT', retryable: false } },
  ]);
  expect(JSON.stringify(bad.error)).not.toContain('http');
  kraken.setTicker('BTC/USD', { last: '9.75' });
  await good.until(2);
  expect(tickers(good).at(-1)).toMatchObject({ last: 9.75 });
});

test('queries work over a socket too', async () => {
  const query = subscribe(
    client,
    '{ ticker(exchange: "kraken", symbol: "BTC/USD") { symbol } exchange(id: "sim") { id } }',
  );
  await query.ended();
  expect(query.results).toEqual([{ data: { ticker: { symbol: 'BTC/USD' }, exchange: { id: 'sim' } } }]);
});

test('operations over the limit wait for others to end, and only then are the rest refused', async () => {
  const all = Array.from({ length: 11 }, () => subscribe(client, document, { symbol: 'BTC/USD' }));
  const [served, waiting, refused] = [all.slice(0, 5), all.slice(5, 10), all.slice(10)];
  await Promise.all([
    ...served.map((operation) => operation.until(1)),
    ...refused.map((operation) => operation.ended()),
  ]);
  for (const { error } of refused) expect(error).toMatchObject([{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }]);
  for (const operation of served) operation.stop();
  await Promise.all(waiting.map((operation) => operation.until(1)));
  expect(
    all
      .slice(0, 10)
      .map(tickers)
      .map(({ length }) => length),
  ).toEqual(Array(10).fill(1));
  expect(waiting.map(({ error }) => error)).toEqual(Array(5).fill(null));
});

test('sockets that are cut at any moment leave nothing behind', async () => {
  for (let round = 0; round < 30; round++) {
    const socket = await openSocket(running.webSocketUrl);
    const variables = { symbol: round % 2 === 0 ? 'BTC/USD' : 'ETH/USD' };
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: document, variables } }));
    // At once, after the operation has begun, and after its first result.
    if (round % 3 === 1) await new Promise((resolve) => setImmediate(resolve));
    if (round % 3 === 2) await once(socket, 'message');
    socket.terminate();
  }
  await eventually(() => {
    return Object.values(running.app.counts).every((count) => count === 0);
  });
});

test('server-sent events serve the same subscription', async () => {
  kraken.setTicker('BTC/USD', { last: '3.5' });
  const abort = new AbortController();
  const response = await fetch(running.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: document, variables: { symbol: 'BTC/USD' } }),
    signal: abort.signal,
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  let text = '';
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const readUntil = async (part: string): Promise<void> => {
    while (!text.includes(part)) text += (await reader?.read())?.value ?? '';
  };
  await readUntil('"last":3.5');
  kraken.setTicker('BTC/USD', { last: '3.75' });
  await readUntil('"last":3.75');
  abort.abort();
  await eventually(() => running.app.counts.subscribers === 0);
});

test('stopping closes sockets with 1001 and leaves nothing open', async () => {
  const socket = await openSocket(running.webSocketUrl);
  const closed = once(socket, 'close');
  socket.send(
    JSON.stringify({ id: '1', type: 'subscribe', payload: { query: document, variables: { symbol: 'BTC/USD' } } }),
  );
  // The first tick: by then the exchange's sockets are open too.
  await once(socket, 'message');
  expect(kraken.openSockets).toBeGreaterThan(0);
  await running.stop();
  expect((await closed)[0]).toBe(1001);
  expect(running.app.counts).toEqual({
    topics: 0,
    streams: 0,
    polls: 0,
    subscribers: 0,
    groups: 0,
    subscriptions: 0,
    operations: 0,
    sockets: 0,
  });
  await eventually(() => kraken.openSockets === 0);
});

test('stopping cuts a socket that does not answer the close frame', { timeout: 20_000 }, async () => {
  const socket = await openSocket(running.webSocketUrl);
  socket.pause();
  await running.stop();
  expect(running.app.counts.sockets).toBe(0);
  socket.terminate();
});

// Less than the seven seconds for which the server waits for requests.
test('stopping does not wait for connections without a request', { timeout: 6000 }, async () => {
  const { port } = new URL(running.url);
  const idle = createConnection(Number(port), '127.0.0.1');
  await once(idle, 'connect');
  const closed = once(idle, 'close');
  await Promise.all([running.stop(), closed]);
});
