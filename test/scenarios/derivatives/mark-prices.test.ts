import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const symbols = ['BTC/USDT:USDT', 'ETH/USDT:USDT', 'BTC/USD:BTC', 'BTC/USDT'];

let binance: Venue;
let server: AppServer;

beforeEach(async () => {
  binance = await createBinance();
  binance.setTicker('BTC/USDT:USDT', { last: '60000.50' });
  server = await startServer({ venues: { binance }, config: { tickerTtlMs: 60_000 } });
});

afterEach(async () => {
  await server.stop();
  await binance.close();
});

const markPriceCalls = (): number => binance.count(/premiumIndex/);

function tickers(fields: string) {
  return server.query(
    `query ($symbols: [String!]!) { tickers(exchange: "binance", symbols: $symbols) { ${fields} } }`,
    {
      symbols,
    },
  );
}

test('tickers without a mark price get it in one call for each kind of contract', async () => {
  const { data, errors } = await tickers('symbol last markPrice indexPrice');
  expect(errors).toEqual([]);
  expect(data.tickers[0]).toEqual({ symbol: symbols[0], last: 60_000.5, markPrice: 60_000.5, indexPrice: 60_000.4 });
  expect(data.tickers[2]).toMatchObject({ markPrice: expect.any(Number), indexPrice: expect.any(Number) });
  expect(data.tickers[3]).toMatchObject({ symbol: 'BTC/USDT', markPrice: null, indexPrice: null });
  expect(markPriceCalls()).toBe(2);
});

test('nothing is called for queries that do not select it', async () => {
  const { errors } = await tickers('symbol last bid');
  expect(errors).toEqual([]);
  expect(markPriceCalls()).toBe(0);
});

test('the same query is answered from memory, with an end of its freshness', async () => {
  await tickers('markPrice');
  await tickers('markPrice indexPrice');
  expect(markPriceCalls()).toBe(2);
  const document = '{ ticker(exchange: "binance", symbol: "BTC/USDT:USDT") { markPrice } }';
  const response = await fetch(`${server.url}?query=${encodeURIComponent(document)}`);
  expect(response.headers.get('cache-control')).toMatch(/^public, max-age=\d\d$/);
});

test('a mark price that fails is null with its own error, and the other fields stand', async () => {
  binance.fault({ kind: 'status', status: 500, match: /fapi\/v1\/premiumIndex/ });
  const { data, errors } = await tickers('last markPrice');
  expect(data.tickers[0]).toEqual({ last: 60_000.5, markPrice: null });
  expect(data.tickers[2]).toMatchObject({ markPrice: expect.any(Number) });
  expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
    [['tickers', 0, 'markPrice'], 'EXCHANGE_UNAVAILABLE'],
    [['tickers', 1, 'markPrice'], 'EXCHANGE_UNAVAILABLE'],
  ]);
});

test("sim's contracts have both in their tickers, and its spot markets neither", async () => {
  const { data, errors } = await server.query(`{
    swap: ticker(exchange: "sim", symbol: "BTC/USDT:USDT") { last markPrice indexPrice }
    spot: ticker(exchange: "sim", symbol: "BTC/USDT") { last markPrice indexPrice }
  }`);
  expect(errors).toEqual([]);
  expect(data.swap.markPrice).toBe(data.swap.last);
  // Spot and swaps are fetched by separate calls.
  expect(Math.abs(data.swap.indexPrice / data.spot.last - 1)).toBeLessThan(0.01);
  expect(data.spot).toMatchObject({ markPrice: null, indexPrice: null });
});
