import { expect, onTestFinished, test } from 'vitest';
import { createCachedMarketData } from '../../../src/app/cached-market-data.ts';
import { createMarketData } from '../../../src/exchange/fetch/create-market-data.ts';
import { createFeeds } from '../../../src/feed/live/feeds.ts';
import { connect } from '../../support/exchange/venue-client.ts';
import { FakeStreams } from '../../support/fakes/fake-streams.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { Reader } from '../../support/feed/reader.ts';

const symbol = 'BTC/USD';

test.each([
  { what: '429', fault: { kind: 'status', status: 429, headers: { 'retry-after': '20' } }, code: 'RATE_LIMITED' },
  { what: 'an outage', fault: { kind: 'cut' }, code: 'EXCHANGE_UNAVAILABLE' },
] as const)('subscriptions sit out an open circuit, stale, and are back soon after: $what', async ({ fault, code }) => {
  const clock = new ManualClock();
  const { venue, exchanges, client, close } = await connect('kraken', { clock, timeoutMs: 10_000 });
  const streams = new FakeStreams();
  const health: string[] = [];
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
    onHealth: (exchange, error) => health.push(`${exchange} ${error?.code ?? 'ok'}`),
  });
  onTestFinished(async () => {
    feeds.close();
    await close();
  });
  /** Time passes in steps; the exchange has answered after each. */
  async function pass(seconds: number): Promise<void> {
    for (let step = 0; step < seconds * 10; step++) {
      await clock.advance(100);
      // For a while only: a call that is to be retried waits for the clock.
      for (let turn = 0; turn < 50 && client.status.running > 0; turn++)
        await new Promise((done) => setTimeout(done, 1));
    }
  }
  await client.markets();
  const describe = (value: object): string => ('stale' in value ? (value.stale ? 'stale' : 'live') : 'error');
  const ticker = new Reader(feeds.tickers('kraken', [symbol]), describe);
  const book = new Reader(feeds.orderBook('kraken', symbol, 5), describe);
  let price = 100;
  async function passTicking(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      price += 1;
      venue.setTicker(symbol, { last: String(price) });
      await pass(1);
    }
  }
  await passTicking(3);
  const last = () => [ticker.texts.at(-1), book.texts.at(-1)];
  expect(last()).toEqual(['live', 'live']);

  venue.fault(fault);
  await passTicking(8);
  expect(client.status.circuit).not.toBe('closed');
  expect(last()).toEqual(['stale', 'stale']);
  venue.reset();
  await passTicking(10);
  expect(venue.count()).toBeLessThanOrEqual(3);
  expect(last()).toEqual(['stale', 'stale']);
  expect(health).toEqual([`kraken ${code}`]);

  venue.heal();
  await expect
    .poll(
      async () => {
        await passTicking(1);
        return client.status.circuit;
      },
      { interval: 1 },
    )
    .toBe('closed');
  await passTicking(4);
  expect(last()).toEqual(['live', 'live']);
  expect(health).toEqual([`kraken ${code}`, 'kraken ok']);
});
