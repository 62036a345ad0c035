import type { Client } from 'graphql-ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { connect, eventually, subscribe } from '../../support/socket-client.ts';

const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const ticker = 'subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USDT") { last stale } }';
const trades = 'subscription { tradesExecuted(exchange: "kraken", symbol: "BTC/USDT") { price } }';
const withTrades =
  'subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USDT") { last market { symbol trades { price } } } }';

let server: FakeServer;
let client: Client;

beforeEach(async () => {
  server = await startServer({ fake: { startTimeoutMs: 500 } });
  server.marketData.set('BTC/USDT', { last: 1 });
  client = connect(server.webSocketUrl);
});

afterEach(async () => {
  await client.dispose();
  await server.stop();
});

/** The messages of an event stream until it ends or `enough` of them are there, and its status. */
async function readEvents(query: string, enough: number, signal?: AbortSignal) {
  const leaving = new AbortController();
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query }),
    signal: AbortSignal.any([leaving.signal, ...(signal ? [signal] : [])]),
  });
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.split('\ndata: {').length > enough) break;
  }
  leaving.abort();
  return { status: response.status, text };
}

test('an operation whose client leaves before it begins leaves nothing behind, over both protocols', async () => {
  const release = server.marketData.hold();
  const waiting = subscribe(client, ticker);
  const leaving = new AbortController();
  const stream = readEvents(ticker, 1, leaving.signal).catch(() => null);
  // Both wait for the group that they will share.
  await eventually(() => server.counts.operations === 2 && server.counts.subscribers === 1);
  waiting.stop();
  leaving.abort();
  await stream;
  // The server has noticed.
  await eventually(() => server.http.requestCount === 0);
  release();
  await eventually(() => server.counts.topics === 0 && server.counts.operations === 0 && server.counts.groups === 0);
  expect(server.counts.subscribers).toBe(0);
});

test('an operation that cannot begin is refused over both protocols', async () => {
  server.marketData.fail(down);
  const waiting = subscribe(client, ticker);
  await waiting.ended();
  expect(waiting.results).toMatchObject([{ errors: [{ message: 'down', extensions: { retryable: true } }] }]);
  expect((await readEvents(ticker, 1)).text).toContain('EXCHANGE_UNAVAILABLE');
  await eventually(() => server.counts.topics === 0 && server.counts.operations === 0);
});

test('while an exchange fails, new subscribers are refused, and existing ones continue', async () => {
  const early = subscribe(client, trades);
  await eventually(() => server.counts.groups === 1);
  server.marketData.setTrades(down);
  await eventually(() => server.feeds.states.some(({ isStale }) => isStale));
  const late = [subscribe(client, trades), subscribe(client, trades), subscribe(client, trades)];
  await eventually(() => server.feeds.counts.subscribers === 2);
  for (const operation of late) {
    await operation.ended();
    expect(operation.results).toMatchObject([{ errors: [{ message: 'down' }] }]);
  }
  expect([early.completed, early.results.length]).toEqual([false, 0]);
  const now = Date.now();
  const trade = { exchange: 'kraken', symbol: 'BTC/USDT', id: '1', timestamp: now, price: 5, amount: 1, cost: 5 };
  server.marketData.setTrades([{ ...trade, side: 'buy' }]);
  await early.until(1);
  expect(early.results[0]?.data?.tradesExecuted).toEqual([{ price: 5 }]);
  const back = subscribe(client, trades);
  await eventually(() => server.counts.subscriptions === 2);
  expect(server.counts.groups).toBe(1);
  for (const operation of [early, back]) operation.stop();
  await eventually(() => server.counts.groups === 0 && server.counts.topics === 0);
});

test('while a symbol of the list is delisted, new subscriptions are refused, and they start once it is listed again', async () => {
  const gone = new MarketDataError('SYMBOL_NOT_FOUND', 'gone');
  server.marketData.set('ETH/USDT', { last: 2 });
  const tickers =
    'subscription { tickersUpdated(exchange: "kraken", symbols: ["BTC/USDT", "ETH/USDT"]) { symbol last stale } }';
  const early = subscribe(client, tickers);
  await early.until(2);
  server.marketData.set('ETH/USDT', gone);
  await early.until(3);
  const refused = subscribe(client, tickers);
  await refused.ended();
  expect(refused.results).toMatchObject([{ errors: [{ extensions: { symbols: ['ETH/USDT'] } }] }]);
  expect(early.completed).toBe(false);
  server.marketData.set('ETH/USDT', { last: 3 });
  const late = [subscribe(client, tickers), subscribe(client, tickers)];
  for (const operation of late) {
    await operation.until(2);
    expect(operation.results).toContainEqual({
      data: { tickersUpdated: { symbol: 'ETH/USDT', last: 3, stale: false } },
    });
  }
  expect(server.counts.groups).toBe(2);
  for (const operation of [early, ...late]) operation.stop();
  await eventually(() => server.counts.groups === 0 && server.counts.topics === 0);
});

test('a list with an unavailable symbol is executed once for all its subscribers', async () => {
  server.marketData.set('ETH/USDT', new MarketDataError('NOT_SUPPORTED', 'no ticker of this one'));
  const tickers =
    'subscription { tickersUpdated(exchange: "kraken", symbols: ["BTC/USDT", "ETH/USDT"]) { symbol last } }';
  const operations: ReturnType<typeof subscribe>[] = [];
  for (let count = 0; count < 3; count++) {
    const operation = subscribe(client, tickers);
    await operation.until(1);
    operations.push(operation);
  }
  expect(server.counts.groups).toBe(1);
  for (const operation of operations) operation.stop();
  await eventually(() => server.counts.groups === 0 && server.counts.topics === 0);
});

test('an error of one field of an event is in its extensions, because clients treat errors as the end', async () => {
  server.marketData.setTrades(down);
  const operation = subscribe(client, withTrades);
  await operation.until(1);
  const event = {
    data: { tickerUpdated: { last: 1, market: { symbol: 'BTC/USDT', trades: null } } },
    extensions: {
      errors: [
        {
          message: 'down',
          path: ['tickerUpdated', 'market', 'trades'],
          extensions: { code: 'EXCHANGE_UNAVAILABLE', retryable: true },
        },
      ],
    },
  };
  expect(operation.results[0]).toMatchObject(event);
  expect(operation.results[0]).not.toHaveProperty('errors');
  const { text } = await readEvents(withTrades, 1);
  const [, told = ''] = /^data: (\{.*\})$/m.exec(text) ?? [];
  expect(JSON.parse(told)).toMatchObject(event);
  expect(JSON.parse(told)).not.toHaveProperty('errors');
});
