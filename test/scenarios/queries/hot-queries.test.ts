import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { createGate } from '../../../src/server/access/gate.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { staleMaxMs, ttlMs } from '../../support/server/fake-server.ts';
import { type FakeServer, startServer } from '../../support/server.ts';

const btc = 'exchange: "kraken", symbol: "BTC/USD"';
const ticker = `{ ticker(${btc}) { last stale } }`;

let server: FakeServer;

beforeEach(async () => {
  server = await startServer({ fake: { cached: true } });
  server.marketData.set('BTC/USD', { last: 1 });
});

afterEach(() => server.stop());

/** The answer, and whether a resolver was called for it. */
async function ask(query = ticker, headers: Readonly<Record<string, string>> = {}, more: object = {}) {
  const before = server.calls;
  const { text } = await server.post(query, headers, more);
  return { text, executed: server.calls > before };
}

const withLast = (last: number): string => `{"data":{"ticker":{"last":${last},"stale":false}}}`;

test('the same request within the ttl has the same bytes and is not executed', async () => {
  expect(await ask()).toEqual({ text: withLast(1), executed: true });
  server.marketData.set('BTC/USD', { last: 2 });
  server.clock.skip(ttlMs - 200);
  expect(await ask()).toEqual({ text: withLast(1), executed: false });
  server.clock.skip(200);
  expect(await ask()).toEqual({ text: withLast(2), executed: true });
});

test.each([
  ['ticker', `{ tickers(exchange: "kraken", symbols: ["BTC/USD"]) { last } }`],
  ['candles', `{ candles(${btc}) { open } ohlcv(${btc}) }`],
  ['orderBook', `{ orderBook(${btc}) { mid } }`],
  ['trades', `{ trades(${btc}) { id } }`],
  ['a ticker by its id', '{ node(id: "Ticker:kraken:BTC/USD") { id ... on Ticker { last } } }'],
  ['an order book by its id', '{ node(id: "OrderBook:kraken:20:BTC/USD") { ... on OrderBook { mid } } }'],
])('answers of %s are kept as long as their data', async (_name, query) => {
  expect((await ask(query)).executed).toBe(true);
  expect((await ask(query)).executed).toBe(false);
  server.clock.skip(ttlMs);
  expect((await ask(query)).executed).toBe(true);
});

test('an answer from data that never changes is kept indefinitely', async () => {
  const query = '{ exchange(id: "kraken") { id name } exchanges { id } node(id: "kraken") { id } }';
  expect((await ask(query)).executed).toBe(true);
  server.clock.skip(86_400_000);
  expect((await ask(query)).executed).toBe(false);
});

test('an answer expires with the first of its values', async () => {
  await ask();
  server.clock.skip(ttlMs - 300);
  const query = `{ ticker(${btc}) { last } candles(${btc}) { open } exchanges { id } }`;
  expect((await ask(query)).executed).toBe(true);
  expect((await ask(query)).executed).toBe(false);
  server.clock.skip(300);
  expect((await ask(query)).executed).toBe(true);
});

test('requests with another body or another key are different', async () => {
  await server.stop();
  server = await startServer({ fake: { cached: true, gate: createGate({ apiKeys: ['a', 'b'] }) } });
  server.marketData.set('BTC/USD', { last: 1 });
  const variables = 'query ($s: String!) { ticker(exchange: "kraken", symbol: $s) { last stale } }';
  const a = { authorization: 'Bearer a' };
  const asked = [
    () => ask(ticker, a),
    () => ask(ticker, { authorization: 'Bearer b' }),
    () => ask(variables, a, { variables: { s: 'BTC/USD' } }),
    () => ask(`${ticker} `, a),
  ];
  for (const again of asked) expect((await again()).executed).toBe(true);
  for (const again of asked) expect((await again()).executed).toBe(false);
});

test('with another media type the same answer has another content type and another tag', async () => {
  const first = await server.get(ticker, { accept: 'application/json' });
  const calls = server.calls;
  const other = await server.get(ticker, { accept: 'application/graphql-response+json' });
  expect(server.calls).toBe(calls);
  expect(other.text).toBe(first.text);
  expect(other.headers['content-type']).toBe('application/graphql-response+json; charset=utf-8');
  expect(other.headers.etag).not.toBe(first.headers.etag);
});

test('GET and POST do not answer for each other', async () => {
  await ask();
  const before = server.calls;
  await server.get(ticker);
  expect(server.calls).toBeGreaterThan(before);
});

test('errors, and answers with errors, are not kept', async () => {
  const partial = `{ tickers(exchange: "kraken", symbols: ["BTC/USD", "nope"]) { last } }`;
  const byId = ['nope', 'Ticker:kraken:nope', 'kraken:BTC/USD'].map((id) => `{ node(id: "${id}") { id } }`);
  for (const query of [partial, `{ ticker(exchange: "kraken", symbol: "nope") { last } }`, ...byId]) {
    const first = await ask(query);
    expect(first.text).toContain('"errors"');
    expect(await ask(query)).toEqual(first);
  }
  server.marketData.setTrades(new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
  const failing = `{ ticker(${btc}) { last } trades(${btc}) { id } }`;
  expect((await ask(failing)).text).toContain('EXCHANGE_UNAVAILABLE');
  server.marketData.setTrades([]);
  expect((await ask(failing)).text).not.toContain('errors');
});

test('an answer without a declared expiry is not kept', async () => {
  for (const query of ['{ __typename }', '{ __schema { queryType { name } } }']) {
    expect((await server.get(query)).headers['cache-control']).toBe('no-store');
  }
});

test('a stale answer is kept until the exchange is called again, and at most for its maximum age', async () => {
  await ask();
  server.marketData.fail(new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
  server.clock.skip(ttlMs);
  const stale = '{"data":{"ticker":{"last":1,"stale":true}}}';
  expect(await ask()).toEqual({ text: stale, executed: true });
  expect(await ask()).toEqual({ text: stale, executed: false });
  server.clock.skip(staleMaxMs - ttlMs - 500);
  expect(await ask()).toEqual({ text: stale, executed: true });
  server.clock.skip(600);
  expect((await ask()).text).toContain('EXCHANGE_UNAVAILABLE');
});

test('a stale order book expires in the same way', async () => {
  const query = `{ orderBook(${btc}) { stale } }`;
  await ask(query);
  server.marketData.fail(new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
  server.clock.skip(ttlMs + 1);
  expect((await ask(query)).text).toContain('"stale":true');
  expect((await ask(query)).executed).toBe(false);
  server.clock.skip(ttlMs + 1);
  expect((await ask(query)).executed).toBe(true);
});

test('an answer from the future is not fresh once the clock is set back', async () => {
  const query = '{ exchanges { id } }';
  await ask(query);
  server.clock.skip(-10_000);
  expect((await ask(query)).executed).toBe(true);
  expect((await ask(query)).executed).toBe(false);
});

/** Listens to the ticker, which streams from now on. */
function listen() {
  server.streams.offer('ticker');
  return server.feeds.tickers('kraken', ['BTC/USD']);
}

function tick(last: number): void {
  const receivedAt = server.clock.now();
  const next = tickerOf({ exchange: 'kraken', symbol: 'BTC/USD', last, receivedAt, source: 'STREAM' });
  server.streams.push('ticker', 'BTC/USD', next);
}

test('a live answer is kept until the next tick, however long that takes', async () => {
  const subscription = listen();
  tick(5);
  expect(await ask()).toEqual({ text: withLast(5), executed: true });
  server.clock.skip(20_000);
  expect(await ask()).toEqual({ text: withLast(5), executed: false });
  tick(6);
  expect(await ask()).toEqual({ text: withLast(6), executed: true });
  await subscription.return();
});

test('a fetched answer expires with the first tick of a market that becomes live', async () => {
  expect((await ask()).text).toBe(withLast(1));
  const subscription = listen();
  tick(7);
  expect((await ask()).text).toBe(withLast(7));
  await subscription.return();
});

test('a feed that ends takes its answers with it', async () => {
  const subscription = listen();
  tick(5);
  await ask();
  await subscription.return();
  await vi.waitFor(() => expect(server.feeds.counts.topics).toBe(0));
  expect((await ask()).executed).toBe(true);
});

test('an answer with live and fetched values expires with the first of them', async () => {
  server.marketData.set('ETH/USD', { last: 3 });
  const subscription = listen();
  tick(5);
  const query = '{ tickers(exchange: "kraken", symbols: ["BTC/USD", "ETH/USD"]) { last } }';
  await ask(query);
  expect((await ask(query)).executed).toBe(false);
  tick(6);
  expect((await ask(query)).text).toContain('[{"last":6},{"last":3}]');
  expect((await ask(query)).executed).toBe(false);
  server.clock.skip(ttlMs);
  expect((await ask(query)).executed).toBe(true);
  await subscription.return();
});

test('a live order book is kept until it changes', async () => {
  server.streams.offer('orderBook');
  const subscription = server.feeds.orderBook('kraken', 'BTC/USD', 1);
  const push = (price: number): void =>
    server.streams.push('orderBook', 'BTC/USD', {
      exchange: 'kraken',
      symbol: 'BTC/USD',
      timestamp: null,
      receivedAt: server.clock.now(),
      bids: [{ price, amount: 1 }],
      asks: [{ price: price + 1, amount: 1 }],
      stale: false,
    });
  push(10);
  const query = `{ orderBook(${btc}, limit: 1) { bestBid } }`;
  expect((await ask(query)).text).toContain('10');
  server.clock.skip(ttlMs * 5);
  expect((await ask(query)).executed).toBe(false);
  push(11);
  expect((await ask(query)).text).toContain('11');
  await subscription.return();
});

test('a hundred different requests at once each receive their own answer', async () => {
  const symbols = Array.from({ length: 100 }, (_, index) => `C${index}/USD`);
  for (const [index, symbol] of symbols.entries()) server.marketData.set(symbol, { last: index });
  for (let round = 0; round < 2; round++) {
    const answers = await Promise.all(
      symbols.map((symbol) => server.post(`{ ticker(exchange: "kraken", symbol: "${symbol}") { last stale } }`)),
    );
    expect(answers.map(({ text }) => text)).toEqual(symbols.map((_, index) => withLast(index)));
  }
});
