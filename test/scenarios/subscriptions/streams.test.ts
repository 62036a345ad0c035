import type { Client } from 'graphql-ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { connect, eventually, type Operation, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const document = `subscription {
  tickerUpdated(exchange: "binance", symbol: "BTC/USDT") { last bid ask source stale }
}`;

let binance: Venue;
let running: AppServer;
let client: Client;

beforeEach(async () => {
  binance = await createBinance();
  running = await startServer({
    config: { lingerMs: 50, pollIntervalMs: 100 },
    venues: { binance },
  });
  client = connect(running.webSocketUrl);
});

afterEach(async () => {
  await client.dispose();
  await running.stop();
  await binance.close();
});

function last({ results }: Operation): Readonly<Record<string, unknown>> {
  return results.at(-1)?.data?.tickerUpdated;
}

test('one upstream socket with one subscription per market serves all clients, and closes with the last one', async () => {
  const others = Array.from({ length: 5 }, () => connect(running.webSocketUrl));
  const operations = others.map((other) => subscribe(other, document));
  await Promise.all(operations.map((operation) => operation.until(1)));
  await eventually(() => binance.subscriptions.length === 1);
  binance.setTicker('BTC/USDT', { last: '123.5' });
  await Promise.all(operations.map((operation) => operation.until(2)));
  for (const operation of operations) {
    expect(last(operation)).toEqual({ last: 123.5, bid: 123.49, ask: 123.51, source: 'STREAM', stale: false });
  }
  expect(binance.streamSockets).toBe(1);
  expect(running.app.counts).toMatchObject({ streams: 1, topics: 1, groups: 1, subscriptions: 5 });
  await Promise.all(others.map((other) => other.dispose()));
  await eventually(() => binance.streamSockets === 0);
  expect(Object.values(running.app.counts).every((count) => count === 0)).toBe(true);
});

// ccxt takes these for markets, and would dial an address that is none: what that leaves behind ended the process.
test.each(['constructor', '__proto__', 'toString', 'BTCUSDT'])('%s is not streamed', async (symbol) => {
  const market = `exchange: "binance", symbol: "${symbol}"`;
  const fields = [
    `tickerUpdated(${market}) { last }`,
    `orderBookUpdated(${market}) { bestBid }`,
    `candleUpdated(${market}) { close }`,
    `tradesExecuted(${market}) { price }`,
  ];
  const operations = fields.map((field) => subscribe(client, `subscription { ${field} }`));
  await Promise.all(operations.map((operation) => operation.ended()));
  for (const { results } of operations) {
    expect(results.at(-1)?.errors?.[0]?.extensions).toMatchObject({ code: 'SYMBOL_NOT_FOUND' });
  }
  expect(binance.handshakes).toBe(0);
});

test('a dropped stream is polled in parallel, reconnected, and takes over again', async () => {
  const operation = subscribe(client, document);
  await operation.until(1);
  await eventually(() => binance.subscriptions.length === 1);
  binance.setTicker('BTC/USDT', { last: '1.5' });
  await operation.until(2);
  binance.refuseStreams();
  binance.dropStreams();
  await eventually(() => binance.streamSockets === 0);
  binance.setTicker('BTC/USDT', { last: '2.5' });
  await operation.until(3);
  expect(last(operation)).toMatchObject({ last: 2.5, source: 'POLL', stale: false });
  binance.acceptStreams();
  await eventually(() => binance.subscriptions.length === 1);
  await eventually(() => {
    binance.setTicker('BTC/USDT', { last: String(10 + operation.results.length) });
    return last(operation).source === 'STREAM';
  });
  expect(operation.completed).toBe(false);
});

test('a query for a live market costs no call', async () => {
  const operation = subscribe(client, document);
  await operation.until(1);
  await eventually(() => binance.subscriptions.length === 1);
  binance.setTicker('BTC/USDT', { last: '7.5' });
  await operation.until(2);
  binance.reset();
  const { data } = await running.query('{ ticker(exchange: "binance", symbol: "BTC/USDT") { last source } }');
  expect(data.ticker).toEqual({ last: 7.5, source: 'STREAM' });
  expect(binance.count(/ticker/)).toBe(0);
});

test('a trade is sent once', async () => {
  const operation = subscribe(
    client,
    'subscription { tradesExecuted(exchange: "binance", symbol: "BTC/USDT") { tradeId price } }',
  );
  await eventually(() => binance.subscriptions.includes('btcusdt@trade'));
  const { id } = binance.trade('BTC/USDT', { price: '64321.5', amount: '1', side: 'buy' });
  const told = () => operation.results.flatMap(({ data }) => data?.tradesExecuted);
  await eventually(() => told().some((trade) => trade.price === 64321.5));
  expect(told().filter((trade) => trade.tradeId === String(id))).toHaveLength(1);
});
