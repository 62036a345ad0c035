import { expect, onTestFinished, test } from 'vitest';
import { createCachedMarketData } from '../../../src/app/cached-market-data.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { createMarketData } from '../../../src/exchange/fetch/create-market-data.ts';
import { createFeeds } from '../../../src/feed/live/feeds.ts';
import { connect, failureOf } from '../../support/exchange/venue-client.ts';
import { FakeStreams } from '../../support/fakes/fake-streams.ts';
import { Reader } from '../../support/feed/reader.ts';

const clock = systemClock;
const patientMs = 60_000;

/** Binance whose linear contracts hang, and all that is in front of it. */
async function start() {
  const { venue, exchanges, client, close } = await connect('binance', { timeoutMs: patientMs });
  await client.markets();
  const marketData = createCachedMarketData({
    upstream: createMarketData(exchanges, clock),
    clock,
    tickerTtlMs: 1000,
    staleMaxMs: patientMs,
    upstreamTimeoutMs: patientMs,
  });
  venue.fault({ kind: 'hang', match: /^\/fapi\// });
  return { venue, marketData, close };
}

test('live books of one kind of market continue while calls for another hang', async () => {
  const { venue, marketData, close } = await start();
  const streams = new FakeStreams();
  const feeds = createFeeds({
    marketData,
    streams,
    openCandles: streams.open,
    clock,
    random: () => 0.5,
    pollIntervalMs: 20,
    lingerMs: 0,
    silenceMs: patientMs,
    staleMaxMs: patientMs,
    startTimeoutMs: 10_000,
    onHealth: () => {},
  });
  onTestFinished(async () => {
    feeds.close();
    await close();
  });
  for (const symbol of ['BTC/USDT:USDT', 'ETH/USDT:USDT', 'SOL/USDT:USDT']) {
    new Reader(feeds.orderBook('binance', symbol, 5), () => '');
  }
  await expect.poll(() => venue.count(/fapi.*depth/), { interval: 5 }).toBeGreaterThanOrEqual(1);
  const spot = new Reader(feeds.orderBook('binance', 'BTC/USDT', 5), () => 'book');
  await expect.poll(() => spot.texts.length, { interval: 5 }).toBeGreaterThanOrEqual(1);
  await expect.poll(() => venue.count(/api\/v3\/depth/), { interval: 5 }).toBeGreaterThanOrEqual(3);
});

test('candles of one kind of market are answered while calls for another hang', async () => {
  const { venue, marketData, close } = await start();
  onTestFinished(close);
  const ask = (symbol: string, timeframe: string) =>
    marketData.fetchCandles({ exchange: 'binance', symbol, timeframe, limit: 3 });
  const stuck = ['1m', '5m', '15m', '1h'].map((timeframe) => failureOf(ask('BTC/USDT:USDT', timeframe)));
  await expect.poll(() => venue.count(/fapi.*klines/), { interval: 5 }).toBe(3);
  expect((await ask('BTC/USDT', '1h')).value).toHaveLength(3);
  await venue.goDown();
  await Promise.all(stuck);
});
