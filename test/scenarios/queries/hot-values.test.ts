import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseExposition } from '../../support/exposition.ts';
import { type AppServer, startAppServer } from '../../support/server/app-server.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const tickerTtlMs = 60;
const delayMs = 40;
const clients = 4;
/** The longest that a test asks, in ms. */
const maxMs = 15_000;

let venue: Venue;
let server: AppServer;

beforeEach(async () => {
  venue = await createBinance();
  server = await startAppServer({ venues: { binance: venue }, config: { tickerTtlMs } });
});

afterEach(async () => {
  await server.stop();
  await venue.close();
});

const btc = 'exchange: "binance", symbol: "BTC/USDT"';
const queries = {
  tickers: '{ tickers(exchange: "binance", symbols: ["BTC/USDT", "ETH/USDT", "SOL/USDT"]) { last receivedAt } }',
  order_books: `{ orderBook(${btc}, limit: 5) { receivedAt mid } }`,
  candles: `{ candles(${btc}, timeframe: "1s", limit: 100) { timestamp close } }`,
} as const;

async function countRenewals(cache: string): Promise<number> {
  return parseExposition(await server.scrape()).find('tickql_cache_renewals_total', { cache }) ?? 0;
}

/** Several clients ask again and again until the values have been renewed a few times; resolves with that time in ms. */
async function askUntilRenewed(cache: keyof typeof queries, renewals: number): Promise<number> {
  const startedAt = performance.now();
  let isDone = false;
  const client = async (): Promise<void> => {
    while (!isDone) {
      const { text } = await server.post(queries[cache]);
      expect(text).toMatch(/^\{"data":/);
    }
  };
  const asking = Promise.all(Array.from({ length: clients }, client));
  const wanted = (await countRenewals(cache)) + renewals;
  while ((await countRenewals(cache)) < wanted) {
    if (performance.now() - startedAt > maxMs) throw new Error(`${cache} are not renewed`);
  }
  isDone = true;
  await asking;
  return performance.now() - startedAt;
}

test.each([
  ['tickers', 9],
  ['order_books', 3],
  ['candles', 3],
] as const)(
  '%s that are asked for again and again are renewed, with no more calls than time allows',
  async (cache, renewals) => {
    await server.post(queries[cache]);
    venue.delayMs = delayMs;
    venue.reset();
    const elapsedMs = await askUntilRenewed(cache, renewals);
    expect(venue.count()).toBeLessThanOrEqual(Math.ceil(elapsedMs / (tickerTtlMs + delayMs)) + 1);
  },
);

test('a server stops while a value is being renewed', async () => {
  venue.delayMs = delayMs;
  await askUntilRenewed('order_books', 2);
  venue.fault({ kind: 'hang' });
  await askUntilRenewed('order_books', 1);
  await server.stop();
  expect(server.app.stillOpen).toMatchObject({ requests: 0, exchanges: [] });
});
