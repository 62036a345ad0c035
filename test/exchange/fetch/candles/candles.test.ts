import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { toCandles } from '../../../../src/exchange/normalize/candles.ts';
import type { CandleQuery } from '../../../../src/market/model/candle.ts';
import { connect, failureOf, type VenueClient, type venues } from '../../../support/exchange/venue-client.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;
const now = Date.UTC(2026, 2, 4, 12, 34, 56);
const thisHour = Date.UTC(2026, 2, 4, 12);

async function start(id: (typeof venues)[number]['id'], at = now): Promise<VenueClient> {
  const connection = await connect(id, { clock: new ManualClock(at) });
  onTestFinished(connection.close);
  connection.venue.now = at;
  return connection;
}

const btcUsd = { exchange: 'kraken', symbol: 'BTC/USD' } as const;

describe('kraken serves only its newest 720 candles', () => {
  const oldest = thisHour - 719 * hourMs;

  it('answers from the oldest of them on', async () => {
    const { data } = await start('kraken');
    const candles = await data.fetchCandles({ ...btcUsd, timeframe: '1h', since: oldest, limit: 2 });
    expect(candles.map(({ timestamp }) => timestamp)).toEqual([oldest, oldest + hourMs]);
    // Nothing opens between this instant and the oldest candle, so nothing is missing.
    const between = await data.fetchCandles({ ...btcUsd, timeframe: '1h', since: oldest - hourMs + 1, limit: 1 });
    expect(between.map(({ timestamp }) => timestamp)).toEqual([oldest]);
  });

  it.each([
    { name: 'since', query: { since: oldest - hourMs, limit: 5 } },
    { name: 'a window long gone', query: { since: Date.UTC(2020, 0), until: Date.UTC(2020, 1), limit: 5 } },
    { name: 'until', query: { until: oldest + hourMs, limit: 5 } },
  ])('older by its $name is an error that names the oldest, and never later candles', async ({ query }) => {
    const { data, venue } = await start('kraken');
    await data.fetchMarkets('kraken');
    venue.reset();
    const error = await failureOf(data.fetchCandles({ ...btcUsd, timeframe: '1h', ...query }));
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false });
    expect(error.message).toContain(new Date(oldest).toISOString());
    expect(venue.count()).toBe(0);
  });
});

it('kraken: candles that drop out of its history while a call is running are reported as missing', async () => {
  let at = Date.UTC(2026, 2, 4, 12, 59, 59);
  const { source, venue, close } = await connect('kraken', { clock: { ...systemClock, now: () => at } });
  onTestFinished(close);
  venue.now = at;
  const oldest = thisHour - 719 * hourMs;
  const range = { ...btcUsd, timeframe: '1h', since: oldest, until: oldest + 5 * hourMs };
  expect(await source.fetchCandleRange(range)).toMatchObject({ from: oldest });
  const { candles } = venue;
  venue.candles = (...candle) => {
    at = Date.UTC(2026, 2, 4, 13);
    return candles(...candle);
  };
  expect(await source.fetchCandleRange(range)).toMatchObject({ from: oldest + hourMs });
});

it('one extra candle is requested if an exchange may begin periods at other times, or may have begun the next one', async () => {
  const { source, venue } = await start('binance');
  const limitOf = async (timeframe: string, since: number, until: number): Promise<string | undefined> => {
    await source.fetchCandleRange({ exchange: 'binance', symbol: 'BTC/USDT', timeframe, since, until });
    return venue.requests.at(-1)?.query.limit;
  };
  expect(await limitOf('1h', thisHour - 5 * hourMs, thisHour)).toBe('5');
  expect(await limitOf('1h', thisHour - 5 * hourMs, thisHour + 20 * hourMs)).toBe('7');
  expect(await limitOf('1d', now - (now % dayMs) - 5 * dayMs, now - (now % dayMs))).toBe('6');
});

it('as many months are requested as ccxt counts in the range, with 30 days each', async () => {
  const { source, venue } = await start('binance');
  const range = { since: Date.UTC(2010, 0), until: Date.UTC(2026, 0) };
  await source.fetchCandleRange({ exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1M', ...range });
  const limit = Number(venue.requests.find(({ path }) => /klines/.test(path))?.query.limit);
  expect(range.since + limit * 30 * dayMs).toBeGreaterThanOrEqual(range.until);
});

it('a candle that ends while the call is running is not closed: its values may be from before', async () => {
  let at = thisHour + hourMs - 500;
  const { data, venue, close } = await connect('binance', { clock: { ...systemClock, now: () => at } });
  onTestFinished(close);
  venue.now = at;
  const { candles } = venue;
  venue.candles = (...candle) => {
    at = thisHour + hourMs + 200;
    return candles(...candle);
  };
  const query = { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1h', limit: 2 };
  expect((await data.fetchCandles(query)).map(({ closed }) => closed)).toEqual([true, false]);
});

describe('calendars', () => {
  it('binance: weeks start on Mondays, months on their first day', async () => {
    const { data } = await start('binance');
    const query = { exchange: 'binance', symbol: 'BTC/USDT', limit: 3 };
    const weeks = await data.fetchCandles({ ...query, timeframe: '1w', until: Date.UTC(2026, 1, 24) });
    expect(weeks.map(({ timestamp }) => timestamp)).toEqual([9, 16, 23].map((day) => Date.UTC(2026, 1, day)));
    expect(weeks.map(({ closed }) => closed)).toEqual([true, true, true]);
    const months = await data.fetchCandles({ ...query, timeframe: '1M' });
    expect(months.map(({ timestamp }) => timestamp)).toEqual([0, 1, 2].map((month) => Date.UTC(2026, month)));
    expect(months.map(({ closed }) => closed)).toEqual([true, true, false]);
    const before = await data.fetchCandles({ ...query, timeframe: '1M', until: Date.UTC(2025, 2) });
    expect(before.map(({ timestamp }) => timestamp)).toEqual([-1, 0, 1].map((month) => Date.UTC(2025, month)));
  });

  // Wednesday: the current week began last Thursday.
  it.each([1, 3, 100])('kraken: weeks start on Thursdays, and until alone still returns the last %i', async (limit) => {
    const { data } = await start('kraken');
    const thursday = Date.UTC(2026, 1, 26);
    for (const until of [now, now - 2 * dayMs, now - 5 * dayMs, now - 6 * dayMs, thursday, thursday + 1]) {
      const last = until <= thursday ? thursday - weekMs : thursday;
      const weeks = await data.fetchCandles({ ...btcUsd, timeframe: '1w', until, limit });
      expect(weeks).toHaveLength(limit);
      expect(weeks.at(-1)).toMatchObject({ timestamp: last, closed: last !== thursday });
    }
  });

  it('kraken: its fifteen-day candles, which ccxt calls 2w, close after fifteen days', () => {
    const query = { ...btcUsd, timeframe: '2w', limit: 1 };
    const closedAfter = (days: number): boolean | undefined =>
      toCandles([[thisHour, 1, 1, 1, 1, 1]], query, thisHour + days * dayMs)[0]?.closed;
    expect([closedAfter(14.5), closedAfter(15)]).toEqual([false, true]);
  });
});

it.each([
  { name: 'a since', window: { since: -5 * dayMs, until: -4 * dayMs } },
  { name: 'an until', window: { until: 2 * hourMs } },
  { name: 'an until at it', window: { until: 0 } },
])('$name before the epoch is not a candle, and is never requested', async ({ window }) => {
  const { data, venue } = await start('binance');
  const query = { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1h', limit: 5 };
  expect(await data.fetchCandles({ ...query, ...window })).toEqual([]);
  expect(venue.count(/startTime=-/)).toBe(0);
});

it('binance: at most 500 candles of a swap per request, as ccxt says', async () => {
  const { data, venue } = await start('binance');
  const query = { exchange: 'binance', symbol: 'BTC/USDT:USDT', timeframe: '1h' };
  expect(await data.fetchCandles({ ...query, limit: 1500 })).toHaveLength(1500);
  for (const { path, query: sent } of venue.requests) {
    if (/klines/.test(path)) expect(Number(sent.limit)).toBeLessThanOrEqual(500);
  }
});

it('an exchange without candles is an error, without a request', async () => {
  const { data } = await start('kraken');
  expect(
    await failureOf(data.fetchCandles({ exchange: 'bitflyer', symbol: 'BTC/JPY', timeframe: '1h', limit: 1 })),
  ).toMatchObject({
    code: 'NOT_SUPPORTED',
    message: 'bitflyer offers no candles.',
  });
});

describe('what an exchange may send', () => {
  const row = (timestamp: number, close: unknown) => [
    timestamp,
    '1',
    '2',
    '0.5',
    close,
    '10',
    timestamp + 1,
    '1',
    1,
    '1',
    '1',
    '0',
  ];
  const query: CandleQuery = { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1h', limit: 10 };

  it('unsorted and repeated rows: oldest first, and the last one counts', async () => {
    const { data, venue } = await start('binance');
    const rows = [row(thisHour, '1.5'), row(thisHour - hourMs, '1.1'), row(thisHour, '1.6')];
    venue.fault({ kind: 'status', status: 200, match: /klines/, body: rows });
    const candles = await data.fetchCandles(query);
    expect(candles.map(({ timestamp, close }) => [timestamp, close])).toEqual([
      [thisHour - hourMs, 1.1],
      [thisHour, 1.6],
    ]);
  });

  it('rows outside the window are left out', async () => {
    const { data, venue } = await start('binance');
    const rows = [3, 2, 1, 0].map((back) => row(thisHour - back * hourMs, '1.5'));
    venue.fault({ kind: 'status', status: 200, match: /klines/, body: rows });
    const candles = await data.fetchCandles({ ...query, since: thisHour - 2 * hourMs, until: thisHour });
    expect(candles.map(({ timestamp }) => (thisHour - timestamp) / hourMs)).toEqual([2, 1]);
  });

  it.each([null, '', 'NaN', undefined])('a close of %j is an error and not a gap', async (close) => {
    const { data, venue } = await start('binance');
    venue.fault({ kind: 'status', status: 200, match: /klines/, body: [row(thisHour, close)] });
    const error = await failureOf(data.fetchCandles(query));
    expect(error).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', retryable: true, details: { timeframe: '1h' } });
  });

  it('a row that is too short is an error', async () => {
    const { data, venue } = await start('binance');
    venue.fault({ kind: 'status', status: 200, match: /klines/, body: [[thisHour, '1']] });
    expect((await failureOf(data.fetchCandles(query))).message).toContain('with a missing number');
  });

  it('no rows are no candles', () => {
    expect(toCandles([], query, now)).toEqual([]);
  });
});
