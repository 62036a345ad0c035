import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { combineCandles } from '../../../src/candles/timeframes/combine.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Candle, CandleQuery } from '../../../src/market/model/candle.ts';
import type { MarketData } from '../../../src/market/ports/market-data.ts';
import { periodAfter, periodStart } from '../../../src/market/timeframe.ts';
import {
  connect,
  createCandles,
  expectDiscreet,
  failureOf,
  type VenueClient,
  venues,
} from '../../support/exchange/venue-client.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { createCandleSource } from '../../venues/market/candles.ts';
import type { Venue } from '../../venues/venue.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const lengths: Readonly<Record<string, number>> = {
  '1m': minuteMs,
  '5m': 5 * minuteMs,
  '15m': 15 * minuteMs,
  '1h': hourMs,
  '1d': 24 * hourMs,
};

// Not at the start of any period.
const now = Date.UTC(2026, 2, 4, 12, 34, 56, 789);
const thisHour = Date.UTC(2026, 2, 4, 12);

const caps = { binance: 1000, kraken: 720, coinbase: 300 } as const;

/** The candles that the query means, straight from the venue's truth. */
function truth(venue: Venue, query: Omit<CandleQuery, 'exchange'>, at: number): readonly Candle[] {
  const { symbol, timeframe, since, until = Number.POSITIVE_INFINITY, limit } = query;
  const length = lengths[timeframe] ?? Number.NaN;
  const end = Math.min(until, at + 1);
  const last = Math.ceil(end / length) * length - length;
  const first = since === undefined ? last - (limit - 1) * length : Math.ceil(since / length) * length;
  const found: Candle[] = [];
  for (let timestamp = first; timestamp <= last && found.length < limit; timestamp += length) {
    const candle = venue.candle(symbol, timeframe, timestamp);
    if (candle === null) continue;
    const { open, high, low, close, volume } = candle;
    const [o, h, l, c, v] = [open, high, low, close, volume].map(Number);
    if (o === undefined || h === undefined || l === undefined || c === undefined || v === undefined)
      throw new Error('short');
    found.push({ timestamp, open: o, high: h, low: l, close: c, volume: v, closed: timestamp + length <= at });
  }
  return found;
}

describe.each(venues)('$id', ({ id, symbol }) => {
  const clock = new ManualClock(now);
  let storeClock = clock;
  let connection: VenueClient;
  let venue: Venue;
  let candles: Pick<MarketData, 'fetchCandles'>;

  beforeAll(async () => {
    // ccxt's own clock decides where Coinbase's newest candles begin.
    const instant = () => clock.now();
    const options = { milliseconds: instant, seconds: () => Math.floor(instant() / 1000) };
    connection = await connect(id, { clock, options });
    venue = connection.venue;
    await connection.data.fetchMarkets(id);
  });
  beforeEach(() => {
    storeClock = new ManualClock(now);
    venue.candles = createCandleSource(venue.markets);
    venue.now = now;
    venue.reset();
    candles = createCandles(connection.source, { clock: storeClock, timeoutMs: 6000 });
  });
  afterAll(() => connection.close());

  async function fetchCandles(query: Partial<CandleQuery>): Promise<readonly Candle[]> {
    return (await candles.fetchCandles({ exchange: id, symbol, timeframe: '1h', limit: 5, ...query })).value;
  }

  it.each([
    { name: 'whole hours', since: thisHour - 20 * hourMs, until: thisHour - 15 * hourMs, limit: 100, count: 5 },
    {
      name: 'a since between candles',
      since: thisHour - 20 * hourMs + 1,
      until: thisHour - 15 * hourMs,
      limit: 100,
      count: 4,
    },
    {
      name: 'an until just after a candle',
      since: thisHour - 20 * hourMs,
      until: thisHour - 15 * hourMs + 1,
      limit: 100,
      count: 6,
    },
    {
      name: 'less than a candle',
      since: thisHour - 20 * hourMs + 1,
      until: thisHour - 19 * hourMs,
      limit: 100,
      count: 0,
    },
    { name: 'more than limit', since: thisHour - 20 * hourMs, until: thisHour, limit: 3, count: 3 },
    { name: 'since alone', since: thisHour - 20 * hourMs, until: undefined, limit: 7, count: 7 },
    { name: 'up to the present', since: thisHour - 2 * hourMs, until: undefined, limit: 100, count: 3 },
    { name: 'an until in the future', since: thisHour - 2 * hourMs, until: now + 100 * hourMs, limit: 100, count: 3 },
    { name: 'until alone', since: undefined, until: thisHour - 10 * hourMs, limit: 5, count: 5 },
    { name: 'until alone, between candles', since: undefined, until: thisHour - 10 * hourMs + 1, limit: 5, count: 5 },
    { name: 'until alone, now', since: undefined, until: now, limit: 5, count: 5 },
    { name: 'until alone, in the future', since: undefined, until: now + 9 * hourMs, limit: 5, count: 5 },
    { name: 'neither', since: undefined, until: undefined, limit: 5, count: 5 },
    { name: 'one', since: undefined, until: undefined, limit: 1, count: 1 },
    { name: 'the most there may be', since: undefined, until: undefined, limit: caps[id], count: caps[id] },
  ])(
    '$name: the candles of [since, until), in as few requests as the exchange allows',
    async ({ since, until, limit, count }) => {
      const query = { symbol, timeframe: '1h', limit, ...(since && { since }), ...(until && { until }) };
      const candles = await fetchCandles(query);
      expect(candles).toHaveLength(count);
      expect(candles).toEqual(truth(venue, query, now));
      // As many candles as one request may ask for begin in the midst of a page.
      expect(venue.count()).toBe(limit === caps[id] ? 2 : 1);
    },
  );

  it('random windows return the true candles, ascending and without duplicates', async () => {
    const windows = fc.record({
      timeframe: fc.constantFrom(...Object.keys(lengths)),
      // In periods before now, so that every exchange has them.
      back: fc.double({ min: 0.001, max: 700, noNaN: true }),
      width: fc.double({ min: 0.001, max: 400, noNaN: true }),
      limit: fc.integer({ min: 1, max: 300 }),
      given: fc.constantFrom('since', 'until', 'both'),
    });
    await fc.assert(
      fc.asyncProperty(windows, async ({ timeframe, back, width, limit, given }) => {
        const length = lengths[timeframe] ?? 0;
        const since = Math.floor(now - back * length);
        const until = Math.ceil(since + width * length);
        const untilAlone = Math.ceil(now - Math.min(back, 350) * length);
        const query = {
          ...{ symbol, timeframe, limit },
          ...(given === 'until' ? { until: untilAlone } : given === 'since' ? { since } : { since, until }),
        };
        const candles = await fetchCandles(query);
        expect(candles).toEqual(truth(venue, query, now));
        for (const [index, { timestamp }] of candles.entries()) {
          expect(timestamp).toBeGreaterThan(candles[index - 1]?.timestamp ?? Number.NEGATIVE_INFINITY);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('random ranges with any known pages return the true candles, without repeated pages or unnecessary calls', async () => {
    const ranges = fc.record({
      timeframe: fc.constantFrom('5m', '1h'),
      // In periods before now, so that every exchange has them, and settled.
      from: fc.integer({ min: 20, max: 700 }),
      count: fc.integer({ min: 1, max: 680 }),
    });
    const asked = new Set<string>();
    await fc.assert(
      fc.asyncProperty(ranges, async ({ timeframe, from, count }) => {
        const length = lengths[timeframe] ?? 0;
        const since = Math.floor(now / length - from) * length;
        const until = Math.min(since + count * length, now - 15 * length);
        venue.reset();
        const query = { symbol, timeframe, since, until, limit: 1000 };
        expect(await fetchCandles(query)).toEqual(truth(venue, query, now));
        const pages = Array.from(
          { length: Math.floor((until - 1) / length / 100) - Math.floor(since / length / 100) + 1 },
          (_, index) => `${timeframe} ${Math.floor(since / length / 100) + index}`,
        );
        const missing = pages.filter((page) => !asked.has(page));
        expect(venue.count()).toBeLessThanOrEqual(missing.length === 0 ? 0 : missing.length + 1);
        for (const page of pages) asked.add(page);
      }),
      { numRuns: 30 },
    );
  });

  it('a timeframe that the exchange lacks is built from those that it has', async () => {
    const built = { '45m': '15m', '10m': '5m', '2d': '1d' } as const;
    for (const [timeframe, base] of Object.entries(built)) {
      const candles = await fetchCandles({ timeframe, limit: 7 });
      const first = periodAfter(timeframe, periodStart(timeframe, now), -6);
      const parts = truth(venue, { symbol, timeframe: base, since: first, limit: 1000 }, now);
      expect(candles).toEqual(combineCandles(timeframe, parts, now));
      expect(candles.map(({ closed }) => closed)).toEqual([true, true, true, true, true, true, false]);
    }
  });

  it('a long range takes as few requests as the page size allows', async () => {
    const limit = id === 'kraken' ? 700 : 5000;
    const candles = await fetchCandles({ timeframe: '5m', limit });
    expect(candles).toEqual(truth(venue, { symbol, timeframe: '5m', limit }, now));
    expect(venue.count()).toBeLessThanOrEqual(Math.ceil(limit / (caps[id] - 100)) + 1);
    await fetchCandles({ timeframe: '5m', limit: limit - 10, until: now - hourMs });
    expect(venue.count()).toBeLessThanOrEqual(Math.ceil(limit / (caps[id] - 100)) + 2);
  });

  it('one failed request among many is an error, not a gap', async () => {
    const limit = id === 'kraken' ? 700 : 5000;
    // No 500, of which nobody would hear: it is asked again.
    venue.fault({ kind: 'status', status: 504, times: 1 });
    const error = await failureOf(fetchCandles({ timeframe: '5m', limit }));
    expect(error).toMatchObject({ retryable: true });
    expect(await fetchCandles({ timeframe: '5m', limit })).toEqual(
      truth(venue, { symbol, timeframe: '5m', limit }, now),
    );
  });

  it('a candle that is revised late is returned as revised', async () => {
    const source = createCandleSource(venue.markets);
    const last = thisHour - hourMs;
    const closeOf = async (): Promise<number | undefined> => (await fetchCandles({ limit: 2 }))[0]?.volume;
    const before = await closeOf();
    venue.candles = (name, timeframe, timestamp, at) => {
      const candle = source(name, timeframe, timestamp, at);
      return timestamp === last && candle ? { ...candle, volume: '77.5' } : candle;
    };
    expect(await closeOf()).toBe(before);
    await storeClock.advance(15_000);
    expect(await closeOf()).toBe(77.5);
  });

  it('a gap remains a gap', async () => {
    const source = createCandleSource(venue.markets);
    const gap = new Set([thisHour - 18 * hourMs, thisHour - 17 * hourMs]);
    venue.candles = (name, timeframe, timestamp, at) =>
      gap.has(timestamp) ? null : source(name, timeframe, timestamp, at);
    const query = { symbol, timeframe: '1h', since: thisHour - 20 * hourMs, until: thisHour - 15 * hourMs, limit: 100 };
    const candles = await fetchCandles(query);
    expect(candles.map(({ timestamp }) => (thisHour - timestamp) / hourMs)).toEqual([20, 19, 16]);
    expect(candles).toEqual(truth(venue, query, now));
    const before = await fetchCandles({ until: thisHour - 16 * hourMs, limit: 3 });
    expect(before.every(({ timestamp }) => !gap.has(timestamp) && timestamp < thisHour - 16 * hourMs)).toBe(true);
  });

  it('a window without candles is an empty list', async () => {
    venue.candles = () => null;
    expect(await fetchCandles({ since: thisHour - 20 * hourMs, until: thisHour - 15 * hourMs })).toEqual([]);
  });

  it('a since in the future is an empty list, without a request', async () => {
    expect(await fetchCandles({ since: now + 1 })).toEqual([]);
    expect(await fetchCandles({ since: now + hourMs, until: now + 9 * hourMs })).toEqual([]);
    expect(venue.count()).toBe(0);
  });

  it('a candle is closed as soon as the next one opens', async () => {
    const at = new ManualClock(thisHour + hourMs - 1);
    const boundary = await connect(id, { clock: at });
    boundary.venue.now = thisHour + hourMs;
    const query = { exchange: id, symbol, timeframe: '1h', since: thisHour - hourMs, limit: 2 } as const;
    expect((await boundary.data.fetchCandles(query)).map(({ closed }) => closed)).toEqual([true, false]);
    await at.advance(1);
    expect((await boundary.data.fetchCandles(query)).map(({ closed }) => closed)).toEqual([true, true]);
    await boundary.close();
  });

  it.each([
    { name: 'limit 0', query: { limit: 0 }, says: /limit is 0/ },
    { name: 'a negative limit', query: { limit: -3 }, says: /limit is -3/ },
    { name: 'since at until', query: { since: thisHour, until: thisHour }, says: /since must be before until/ },
    { name: 'since after until', query: { since: thisHour, until: thisHour - 1 }, says: /since must be before until/ },
    { name: 'a limit over 10,000', query: { limit: 10_001 }, says: /from 1 to 10000; for more, page by since/ },
  ])('$name is BAD_USER_INPUT, without a request', async ({ query, says }) => {
    const error = await failureOf(fetchCandles(query));
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false, details: { exchange: id, symbol } });
    expect(error.message).toMatch(says);
    expect(venue.count()).toBe(0);
  });

  it.each(['15', '1H', '', 'constructor', '9999y'])(
    '%j is TIMEFRAME_NOT_SUPPORTED, and the error lists the supported timeframes',
    async (timeframe) => {
      const error = await failureOf(fetchCandles({ timeframe }));
      expect(error.code).toBe('TIMEFRAME_NOT_SUPPORTED');
      expect(error.details.suggestions).toEqual(connection.data.exchange(id).timeframes);
      expect(error.message).toContain(connection.data.exchange(id).timeframes.join(', '));
    },
  );

  it.each(['BTCUSDT', 'btc/usd', 'constructor', ''])('%j is SYMBOL_NOT_FOUND without a request', async (bad) => {
    expect(await failureOf(fetchCandles({ symbol: bad }))).toMatchObject({ code: 'SYMBOL_NOT_FOUND' });
    expect(venue.count()).toBe(0);
  });

  it('a failure has a code and names symbol and timeframe', async () => {
    venue.fault({ kind: 'cut-body', times: 2 });
    const { errors } = connection;
    const failed = errors.length;
    const failing = failureOf(fetchCandles({}));
    await expect.poll(() => errors.length, { interval: 5 }).toBe(failed + 1);
    // It is asked once more.
    await clock.advance(300);
    const error = await failing;
    expect(error).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', details: { exchange: id, symbol, timeframe: '1h' } });
    expectDiscreet(error);
  });

  it.each(['garbage', 'truncated', 'empty'] as const)('%s is an error, not an empty list', async (kind) => {
    venue.fault({ kind, times: 1 });
    const error = await failureOf(fetchCandles({}));
    expect(error).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', retryable: true });
    expectDiscreet(error);
  });

  it('a time before the listing is empty, or an error if the history does not reach back that far', async () => {
    const outcome = await fetchCandles({ since: Date.UTC(2001, 0), until: Date.UTC(2001, 1) }).catch(
      (error: unknown) => error,
    );
    if (id === 'kraken') expect(outcome).toMatchObject({ code: 'BAD_USER_INPUT' });
    else expect(outcome).toEqual([]);
    expect(outcome instanceof MarketDataError).toBe(id === 'kraken');
  });
});
