import type { Client } from 'graphql-ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { connect, eventually, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const symbol = 'BTC/USDT:USDT';
const document = `subscription {
  liquidationsExecuted(exchange: "binance", symbol: "${symbol}") { datetime price contracts value side }
}`;
const order = { side: 'sell', amount: '2', lastFill: '0.5' } as const;

const liquidation = (price: string) => ({ ...order, price, timestamp: Date.now() });

let binance: Venue;
let running: AppServer;
let client: Client;

beforeEach(async () => {
  binance = await createBinance();
  running = await startServer({
    config: { lingerMs: 50, pollIntervalMs: 100, streamSilenceMs: 400 },
    venues: { binance },
  });
  client = connect(running.webSocketUrl);
});

afterEach(async () => {
  await client.dispose();
  await running.stop();
  await binance.close();
});

test('all clients share one stream, from which each liquidation comes once', async () => {
  const others = Array.from({ length: 3 }, () => connect(running.webSocketUrl));
  const operations = others.map((other) => subscribe(other, document));
  await eventually(() => binance.subscriptions.length === 1 && running.app.counts.subscriptions === 3);
  binance.liquidate(symbol, liquidation('100'));
  binance.liquidate(symbol, liquidation('101'));
  for (const operation of operations) {
    await eventually(() => operation.results.flatMap(({ data }) => data?.liquidationsExecuted ?? []).length === 2);
    const sent = {
      datetime: expect.stringMatching(/^20\d\d-.*Z$/),
      price: 100,
      contracts: 2,
      value: 200,
      side: 'SELL',
    };
    expect(operation.results.flatMap(({ data }) => data?.liquidationsExecuted)).toEqual([
      sent,
      { ...sent, price: 101, value: 202 },
    ]);
  }
  expect(binance.subscriptions).toEqual(['btcusdt@forceOrder']);
  await Promise.all(others.map((other) => other.dispose()));
  await eventually(() => binance.streamSockets === 0);
  expect(Object.values(running.app.counts).every((count) => count === 0)).toBe(true);
});

test('a stream that sends nothing has begun, and its feed does not look old', async () => {
  const operation = subscribe(client, document);
  await eventually(() => running.app.counts.subscriptions === 1);
  const age = /tickql_feed_age_seconds\{exchange="binance",kind="liquidations"\} 0\n/;
  await eventually(async () => age.test(await running.scrape()));
  expect(operation.results).toEqual([]);
});

test('after an interruption it continues, without what happened meanwhile', async () => {
  const operation = subscribe(client, document);
  await eventually(() => binance.subscriptions.length === 1);
  binance.dropStreams();
  await eventually(() => binance.streamSockets === 0);
  binance.liquidate(symbol, liquidation('100'));
  await eventually(() => binance.subscriptions.length === 1);
  binance.liquidate(symbol, liquidation('101'));
  await operation.until(1);
  expect(operation.results).toMatchObject([{ data: { liquidationsExecuted: [{ price: 101 }] } }]);
});

test('markets that cannot have liquidations, and exchanges without such streams, are refused', async () => {
  const refusal = async (exchange: string, market: string) => {
    const query = `subscription { liquidationsExecuted(exchange: "${exchange}", symbol: "${market}") { price } }`;
    const operation = subscribe(client, query);
    await operation.ended();
    return operation.results[0]?.errors?.[0];
  };
  expect(await refusal('binance', 'BTC/USDT')).toMatchObject({
    message: expect.stringContaining('is not a contract, so it has no liquidations; try BTC/USDT:USDT'),
    extensions: { code: 'NOT_SUPPORTED', suggestions: expect.arrayContaining([symbol]) },
  });
  expect(await refusal('kraken', symbol)).toMatchObject({
    message: 'kraken offers no liquidations; binance, binancecoinm, binanceusdm and others do.',
    extensions: { code: 'NOT_SUPPORTED', suggestions: expect.arrayContaining(['bybit', 'okx']) },
  });
});
