import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFeeds, type Feeds } from '../../../src/feed/live/feeds.ts';
import type { FundingRate } from '../../../src/market/model/derivatives/funding-rate.ts';
import type { MarketData } from '../../../src/market/ports/market-data.ts';
import { connectTo, type SmallExchange } from '../../support/exchange/small-exchange.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { FakeStreams } from '../../support/fakes/fake-streams.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { Reader } from '../../support/feed/reader.ts';
import { eventually } from '../../support/socket-client.ts';
import type { Reply } from '../../venues/replies.ts';

const minute = 60_000;
const hour = 60 * minute;
const bases = ['BTC', 'ETH', 'SOL'];

let clock: ManualClock;
let binance: SmallExchange;
let feeds: Feeds;
let rate: string;
let isDown: boolean;
let readers: Reader<FundingRate>[];

/** One object for a symbol, a list without it, as at the exchange. */
function answer(path: string, query: URLSearchParams): Reply {
  if (isDown) return { status: 503, body: { code: -1001, msg: 'Internal error' } };
  if (!path.endsWith('/premiumIndex')) return { body: [] };
  const now = clock.now();
  const times = { nextFundingTime: now - (now % (8 * hour)) + 8 * hour, time: now };
  const rows = bases.map((base) => ({
    ...{ symbol: `${base}USDT`, markPrice: '100.5', indexPrice: '100', estimatedSettlePrice: '100' },
    ...{ lastFundingRate: rate, interestRate: '0.0001', ...times },
  }));
  const id = query.get('symbol');
  return { body: id === null ? rows : (rows.find(({ symbol }) => symbol === id) ?? {}) };
}

beforeEach(async () => {
  [rate, isDown, readers] = ['0.0001', false, []];
  clock = new ManualClock();
  const markets = bases.map((base) => ({ symbol: `${base}/USDT:USDT`, id: `${base}USDT` }));
  binance = await connectTo('binance', { markets, answer, clock });
  const { derivatives } = binance.source;
  const fake = new FakeMarketData(clock, ['binance']);
  const marketData: MarketData = Object.create(fake, {
    derivatives: { value: derivatives },
    exchange: { value: (id: string) => fake.exchange(id) },
  });
  const streams = new FakeStreams();
  feeds = createFeeds({
    ...{ marketData, streams, openCandles: streams.open, clock, random: () => 0, onHealth: () => {} },
    ...{ pollIntervalMs: 1000, lingerMs: 0, silenceMs: 15_000, staleMaxMs: minute, startTimeoutMs: 10_000 },
  });
});

afterEach(async () => {
  for (const reader of readers) await reader.leave();
  await clock.advance(0);
  expect(feeds.counts).toEqual({ topics: 0, streams: 0, polls: 0, subscribers: 0 });
  feeds.close();
  await binance.close();
});

function follow(base: string): Reader<FundingRate> {
  const reader = new Reader(feeds.derivatives.fundingRate('binance', `${base}/USDT:USDT`), () => '');
  readers.push(reader);
  return reader;
}

test('rates come with mark and index price, and each minute anew, however many follow them', async () => {
  for (let each = 0; each < 5; each++) for (const base of bases) follow(base);
  // First values are gathered.
  await clock.advance(50);
  await eventually(() => readers.every(({ seen }) => seen.length === 1));
  const nextFundingTime = clock.now() - (clock.now() % (8 * hour)) + 8 * hour;
  const prices = { markPrice: 100.5, indexPrice: 100 };
  expect(readers[0]?.seen[0]).toMatchObject({ rate: 0.0001, nextFundingTime, ...prices, source: 'FETCH' });
  binance.reset();
  rate = '0.0002';
  await clock.advance(minute - 1000);
  expect(binance.requests).toEqual([]);
  await clock.advance(1000);
  await eventually(() => readers.every(({ seen }) => seen.length === 2));
  expect(readers.map(({ seen }) => seen[1])).toMatchObject(readers.map(() => ({ rate: 0.0002, source: 'POLL' })));
  const calls = binance.requests.filter((request) => request.includes('premiumIndex'));
  expect(calls.length).toBeLessThanOrEqual(bases.length);
});

test('a failure marks them stale, and they come anew when the exchange is back', async () => {
  const reader = follow('BTC');
  await clock.advance(50);
  await eventually(() => reader.seen.length === 1);
  isDown = true;
  await clock.advance(minute);
  await eventually(async () => {
    await clock.advance(100);
    return reader.seen.length === 2;
  });
  expect(reader.seen[1]).toMatchObject({ rate: 0.0001, stale: true });
  isDown = false;
  await eventually(async () => {
    await clock.advance(1000);
    return reader.seen.length === 3;
  });
  expect(reader.seen[2]).toMatchObject({ rate: 0.0001, stale: false, source: 'POLL' });
});
