import { expect, onTestFinished, test } from 'vitest';
import { createCachedMarketData } from '../../../src/app/cached-market-data.ts';
import { createMarketData } from '../../../src/exchange/fetch/create-market-data.ts';
import { createFeeds } from '../../../src/feed/live/feeds.ts';
import { connect } from '../../support/exchange/venue-client.ts';
import { FakeStreams } from '../../support/fakes/fake-streams.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { Reader } from '../../support/feed/reader.ts';

test('a subscription to a market whose kind could not be listed waits, and gets the market once it is listed', async () => {
  const clock = new ManualClock();
  const { venue, exchanges, client, close } = await connect('binance', { clock, timeoutMs: 10_000 });
  const streams = new FakeStreams();
  const feeds = createFeeds({
    marketData: createCachedMarketData({
      upstream: createMarketData(exchanges, clock),
      clock,
      tickerTtlMs: 1000,
      staleMaxMs: 60_000,
      upstreamTimeoutMs: 10_000,
    }),
    streams,
    openCandles: streams.open,
    clock,
    random: () => 0.5,
    pollIntervalMs: 1000,
    lingerMs: 0,
    silenceMs: 15_000,
    staleMaxMs: 60_000,
    startTimeoutMs: 10_000,
    onHealth: () => {},
  });
  onTestFinished(async () => {
    feeds.close();
    await close();
  });
  venue.fault({ kind: 'status', status: 404, match: /^\/dapi\/v1\/exchangeInfo/ });
  await client.markets();
  const describe = (value: object): string =>
    'code' in value ? String(value.code) : 'stale' in value && value.stale ? 'stale' : 'live';
  const reader = new Reader(feeds.tickers('binance', ['BTC/USD:BTC']), describe);
  async function pass(seconds: number): Promise<void> {
    for (let step = 0; step < seconds * 10; step++) {
      await clock.advance(100);
      await new Promise((done) => setTimeout(done, 1));
    }
  }
  await pass(3);
  expect(reader.texts).toEqual([]);
  venue.heal();
  await expect
    .poll(
      async () => {
        await pass(1);
        return reader.texts;
      },
      { interval: 1 },
    )
    .toContain('live');
});
