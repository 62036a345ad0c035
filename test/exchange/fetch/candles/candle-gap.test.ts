import { describe, expect, it, onTestFinished } from 'vitest';
import { periodAfter } from '../../../../src/market/timeframe.ts';
import { connect, failureOf, type VenueClient, type venues } from '../../../support/exchange/venue-client.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';

// Binance's stand-in as an exchange whose history has an unknown start.

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const now = Date.UTC(2026, 2, 4, 12, 34, 56);

async function start(id: (typeof venues)[number]['id'] = 'binance'): Promise<VenueClient> {
  const connection = await connect(id, { clock: new ManualClock(now) });
  onTestFinished(connection.close);
  connection.venue.now = now;
  await connection.data.fetchMarkets(id);
  connection.venue.reset();
  return connection;
}

const minutes = { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m' } as const;

it.each([
  ['since', { since: now - 30 * dayMs, limit: 10 }],
  ['a range', { since: now - 30 * dayMs, until: now - 29 * dayMs, limit: 10 }],
  ['until', { until: now - 30 * dayMs, limit: 10 }],
])('%s from before what it serves is an error that names its oldest, and no later candles', async (_name, query) => {
  const { data, venue } = await start();
  venue.candleHistory = 1500;
  const error = await failureOf(data.fetchCandles({ ...minutes, ...query }));
  expect(error).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false });
  const oldest = Math.floor(now / minuteMs) * minuteMs - 1499 * minuteMs;
  expect(error.message).toContain(`candles before ${new Date(oldest).toISOString()}`);
  expect(venue.count(/klines/)).toBe(2);
  // Once the answer is known, it is not requested again.
  expect(await failureOf(data.fetchCandles({ ...minutes, ...query }))).toEqual(error);
  expect(venue.count(/klines/)).toBe(3);
});

it('a range that is served only in part is an error too, and does not return the later part', async () => {
  const { data, venue } = await start();
  venue.candleHistory = 1500;
  const oldest = Math.floor(now / minuteMs) * minuteMs - 1499 * minuteMs;
  for (const limit of [10, 1000]) {
    const error = await failureOf(data.fetchCandles({ ...minutes, since: oldest - 40 * minuteMs, limit }));
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(error.message).toContain(`candles before ${new Date(oldest).toISOString()}`);
  }
  expect(await data.fetchCandles({ ...minutes, since: oldest, limit: 10 })).toHaveLength(10);
});

it('the reason for a short gap is not used for a longer one', async () => {
  const { data, venue } = await start();
  const page = Math.floor((now - 3 * dayMs) / (100 * minuteMs)) * 100 * minuteMs;
  const oldest = page + minuteMs;
  venue.candleHistory = Math.floor((now - oldest) / minuteMs) + 1;
  await data.fetchCandles({ ...minutes, since: oldest, limit: 5 });
  for (const window of [
    { since: oldest - 50 * minuteMs, limit: 200 },
    { since: oldest - 350 * minuteMs, until: oldest - 200 * minuteMs, limit: 200 },
  ]) {
    expect(await failureOf(data.fetchCandles({ ...minutes, ...window }))).toMatchObject({ code: 'BAD_USER_INPUT' });
  }
});

it('a range without any candle is an error if there were trades', async () => {
  const { data, venue } = await start('coinbase');
  venue.candleHistory = 1500;
  const query = { exchange: 'coinbase', symbol: 'BTC/USD', timeframe: '1m' };
  const window = { since: now - 30 * dayMs, until: now - 30 * dayMs + 100 * minuteMs, limit: 10 };
  const error = await failureOf(data.fetchCandles({ ...query, ...window }));
  expect(error).toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(error.message).toMatch(/serves only its newest candles; it has no 1m candles that old/);
});

it('if each request covers only its own range, the first trade is still found in a few requests', async () => {
  const { data, venue } = await start('coinbase');
  const { candles } = venue;
  const listedAt = Math.floor((now - 5 * dayMs) / minuteMs) * minuteMs;
  venue.candles = (symbol, timeframe, timestamp, at) =>
    periodAfter(timeframe, timestamp) <= listedAt ? null : candles(symbol, timeframe, timestamp, at);
  const query = { exchange: 'coinbase', symbol: 'BTC/USD', timeframe: '1m' };
  const found = await data.fetchCandles({ ...query, since: now - 25 * dayMs, limit: 2 });
  expect(found.map(({ timestamp }) => timestamp - listedAt)).toEqual([0, minuteMs]);
  expect(venue.count(/candles/)).toBeLessThan(60);
});

describe('an exchange that returns fewer candles per request than ccxt says', () => {
  it('is asked for the rest, and for no more than its cap from then on', async () => {
    const { data, venue } = await start();
    venue.candleCap = 500;
    const whole = await data.fetchCandles({ ...minutes, until: now - dayMs, limit: 1800 });
    expect(whole).toHaveLength(1800);
    for (const [index, { timestamp }] of whole.entries()) {
      expect(timestamp).toBe((whole[0]?.timestamp ?? 0) + index * minuteMs);
    }
    venue.reset();
    await data.fetchCandles({ ...minutes, until: now - 9 * dayMs, limit: 1800 });
    for (const { query } of venue.requests) expect(Number(query.limit)).toBeLessThanOrEqual(500);
  });

  it('gets one extra request if exactly as many candles have trades', async () => {
    const { data, venue } = await start();
    const { candles } = venue;
    const since = Math.floor((now - 2 * dayMs) / (100 * minuteMs)) * 100 * minuteMs;
    venue.candles = (symbol, timeframe, timestamp, at) =>
      timestamp >= since + 200 * minuteMs && timestamp < since + 400 * minuteMs
        ? null
        : candles(symbol, timeframe, timestamp, at);
    const range = { since, until: since + 400 * minuteMs, limit: 400 };
    expect(await data.fetchCandles({ ...minutes, ...range })).toHaveLength(200);
    expect(venue.count(/klines/)).toBeLessThanOrEqual(2);
  });
});

it('candles are returned if the exchange refuses the request that would show whether there are more', async () => {
  const { data, venue } = await start();
  const { candles } = venue;
  const since = Math.floor((now - 2 * dayMs) / (100 * minuteMs)) * 100 * minuteMs;
  const end = since + 200 * minuteMs;
  venue.candles = (symbol, timeframe, timestamp, at) =>
    timestamp >= end ? null : candles(symbol, timeframe, timestamp, at);
  const body = { code: -1100, msg: 'Illegal characters found in a parameter.' };
  venue.fault({ kind: 'status', status: 400, match: new RegExp(`klines.*startTime=${end}`), body });
  const range = { since, until: end + 200 * minuteMs, limit: 400 };
  expect(await data.fetchCandles({ ...minutes, ...range })).toHaveLength(200);
  expect(venue.count(new RegExp(`startTime=${end}`))).toBe(1);
});

it('a range within its history is answered without looking for the start of the history', async () => {
  const { data, venue } = await start();
  venue.candleHistory = 1500;
  expect(await data.fetchCandles({ ...minutes, since: now - 1300 * minuteMs, limit: 100 })).toHaveLength(100);
  expect(venue.count(/klines/)).toBe(1);
});

it('so is a gap that is not older than candles that it has served', async () => {
  const { data, venue } = await start();
  const since = Math.floor((now - 5 * dayMs) / (100 * minuteMs)) * 100 * minuteMs;
  await data.fetchCandles({ ...minutes, since: since - 200 * minuteMs, limit: 10 });
  const { candles } = venue;
  venue.candles = (symbol, timeframe, timestamp, at) =>
    timestamp >= since && timestamp < since + 60 * minuteMs ? null : candles(symbol, timeframe, timestamp, at);
  venue.reset();
  expect(await data.fetchCandles({ ...minutes, since, until: since + 100 * minuteMs, limit: 100 })).toHaveLength(40);
  expect(venue.count(/klines/)).toBe(1);
});

it('a range before the first trade is not an error: the first candles are returned', async () => {
  const { data, venue } = await start();
  const listedAt = venue.markets.find(({ symbol }) => symbol === minutes.symbol)?.listedAt ?? 0;
  const candles = await data.fetchCandles({ ...minutes, since: listedAt - 300 * dayMs, limit: 3 });
  expect(candles.map(({ timestamp }) => timestamp - Math.ceil(listedAt / minuteMs) * minuteMs)).toEqual([
    0,
    minuteMs,
    2 * minuteMs,
  ]);
  expect(await data.fetchCandles({ ...minutes, since: 0, until: listedAt - dayMs, limit: 3 })).toEqual([]);
});

it('a period without trades is not an error either', async () => {
  const { data, venue } = await start();
  const { candles } = venue;
  const [from, to] = [now - 30 * dayMs, now - 20 * dayMs];
  venue.candles = (symbol, timeframe, timestamp, at) =>
    timestamp >= from - 32 * dayMs && timestamp < to ? null : candles(symbol, timeframe, timestamp, at);
  const found = await data.fetchCandles({ ...minutes, since: from, limit: 1 });
  expect(found.map(({ timestamp }) => timestamp)).toEqual([Math.ceil(to / minuteMs) * minuteMs]);
});
