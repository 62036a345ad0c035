import type { Client } from 'graphql-ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { connect, eventually, type Operation, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';

const query = `subscription ($markets: [MarketInput!]!, $skipUnknown: Boolean! = false) {
  watchlistUpdated(markets: $markets, skipUnknown: $skipUnknown) { exchange { id } symbol last }
}`;
const all = ['binance', 'kraken'].flatMap((exchange) =>
  ['BTC/USDT', 'ETH/USDT'].map((symbol) => ({ exchange, symbol })),
);

let binance: Venue;
let kraken: Venue;
let server: AppServer;
let client: Client;

beforeEach(async () => {
  [binance, kraken] = await Promise.all([createBinance(), createKraken()]);
  binance.setTicker('BTC/USDT', { last: '65000' });
  kraken.setTicker('BTC/USDT', { last: '66000' });
  const config = { exchanges: ['binance', 'kraken'], lingerMs: 50, pollIntervalMs: 100, upstreamTimeoutMs: 2000 };
  server = await startServer({ config, venues: { binance, kraken } });
  client = connect(server.webSocketUrl);
});

afterEach(async () => {
  await client.dispose();
  await eventually(() => Object.values(server.app.counts).every((count) => count === 0));
  await Promise.all([binance.close(), kraken.close(), server.stop()]);
});

/** The last price of each market, by exchange and symbol. */
function pricesOf({ results }: Operation): Readonly<Record<string, number>> {
  const tickers = results.map(({ data }) => data?.watchlistUpdated);
  return Object.fromEntries(tickers.map(({ exchange, symbol, last }) => [`${exchange.id} ${symbol}`, last]));
}

test('the same symbol on two exchanges is two markets, and lists share their ticks', async () => {
  const operations = [
    subscribe(client, query, { markets: all }),
    subscribe(client, query, { markets: all.slice(1, 3) }),
    subscribe(client, query, { markets: [...all].reverse() }),
  ];
  const [whole, part] = operations;
  if (!whole || !part) throw new TypeError('no operation');
  await Promise.all(operations.map((operation) => operation.until(2)));
  await eventually(() => Object.keys(pricesOf(whole)).length === 4);
  expect(pricesOf(whole)).toMatchObject({ 'binance BTC/USDT': 65_000, 'kraken BTC/USDT': 66_000 });
  expect(Object.keys(pricesOf(part)).sort()).toEqual(['binance ETH/USDT', 'kraken BTC/USDT']);
  expect(server.app.counts).toMatchObject({ topics: 4, subscribers: 1 });
  await eventually(() => binance.subscriptions.length === 2 && kraken.subscriptions.length === 2);
  kraken.setTicker('BTC/USDT', { last: '67000' });
  await eventually(() => operations.every((operation) => pricesOf(operation)['kraken BTC/USDT'] === 67_000));
  expect(pricesOf(whole)['binance BTC/USDT']).toBe(65_000);
  expect(Object.keys(pricesOf(part))).not.toContain('binance BTC/USDT');
  for (const operation of operations) operation.stop();
});

test('literals and variables share payloads', async () => {
  const literal = `subscription { watchlistUpdated(markets: [{ exchange: "kraken", symbol: "BTC/USDT" }]) { last } }`;
  const variable = 'subscription ($m: [MarketInput!]!) { watchlistUpdated(markets: $m) { last } }';
  const operations = [subscribe(client, literal), subscribe(client, variable, { m: all.slice(2) })];
  await Promise.all(operations.map((operation) => operation.until(1)));
  await eventually(() => server.app.counts.subscribers === 1);
  for (const operation of operations) operation.stop();
});

test('unknown markets refuse the list, or are skipped', async () => {
  const unknown = [
    { exchange: 'binance', symbol: 'NO/PE' },
    { exchange: 'kraken', symbol: 'NEI/THER' },
  ];
  const refused = subscribe(client, query, { markets: [...all, ...unknown] });
  await refused.ended();
  expect(refused.results).toMatchObject([
    { errors: [{ extensions: { code: 'SYMBOL_NOT_FOUND', symbols: ['NO/PE', 'NEI/THER'] } }] },
  ]);
  const elsewhere = subscribe(client, query, { markets: [...all, { exchange: 'krakn', symbol: 'BTC/USDT' }] });
  await elsewhere.ended();
  expect(elsewhere.results).toMatchObject([
    { errors: [{ extensions: { code: 'EXCHANGE_NOT_FOUND', suggestions: ['kraken'] } }] },
  ]);
  const skipping = subscribe(client, query, { markets: [...unknown, ...all], skipUnknown: true });
  await eventually(() => Object.keys(pricesOf(skipping)).length === 4);
  skipping.stop();
});

test.each([
  [[], 'markets is empty; give at least one.'],
  [Array(1001).fill(all[0]), 'markets has 1001 entries; it may have at most 1000.'],
])('case %# is refused', async (markets, message) => {
  const operation = subscribe(client, query, { markets });
  await operation.ended();
  expect(operation.results).toMatchObject([{ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] }]);
});

test('an exchange that is down does not stop the others, and joins when it is back', async () => {
  await kraken.goDown();
  const operation = subscribe(client, query, { markets: all });
  await eventually(() => Object.keys(pricesOf(operation)).length === 2);
  expect(Object.keys(pricesOf(operation)).every((key) => key.startsWith('binance'))).toBe(true);
  await kraken.comeUp();
  await eventually(() => Object.keys(pricesOf(operation)).length === 4);
  operation.stop();
});
