import { expect, test } from 'vitest';
import { type CandleReader, fetchEarlier } from '../../src/indicators/earlier-candles.ts';
import { MarketDataError } from '../../src/market/errors.ts';
import type { Candle, CandleQuery } from '../../src/market/model/candle.ts';
import { candlesTooOld } from '../../src/market/model/candle-errors.ts';
import { ListedCandles } from '../support/candles/listed-candles.ts';
import { randomCandles } from '../support/candles/random-candles.ts';

const hourMs = 3_600_000;
const lastAt = Date.UTC(2026, 5, 1);
const series = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1h' };
const walk = { seed: 3, stepMs: hourMs, lastAt };

/** The timestamps of the candles, in hours before the last one. */
function hoursOf(candles: readonly Candle[]): readonly number[] {
  return candles.map(({ timestamp }) => (lastAt - timestamp) / hourMs);
}

test('as many candles as are needed, counted in candles where periods have none', async () => {
  const all = randomCandles({ ...walk, count: 500, gaps: 0.5 });
  const until = all[400]?.timestamp ?? 0;
  const { candles, isCut } = await fetchEarlier(new ListedCandles(all), series, until, 120);
  expect(candles).toEqual(all.slice(280, 400));
  expect(isCut).toBe(false);
});

test('more candles than one fetch has', async () => {
  const all = randomCandles({ ...walk, count: 13_000 });
  const reader = new ListedCandles(all);
  const { candles, isCut } = await fetchEarlier(reader, series, lastAt, 12_000);
  expect(candles).toEqual(all.slice(999, -1));
  expect(isCut).toBe(false);
  expect(reader.queries.map(({ limit }) => limit)).toEqual([5000, 5000, 2000]);
});

test('a young market has fewer, from its first one on', async () => {
  const all = randomCandles({ ...walk, count: 30 });
  expect(await fetchEarlier(new ListedCandles(all), series, lastAt, 100)).toEqual({
    candles: all.slice(0, -1),
    isCut: false,
  });
  expect(await fetchEarlier(new ListedCandles(all), series, all[0]?.timestamp ?? 0, 100)).toEqual({
    candles: [],
    isCut: false,
  });
});

test('an exchange that serves no older candles gives what it serves', async () => {
  const all = randomCandles({ ...walk, count: 2000 });
  const oldest = lastAt - 719 * hourMs;
  const { candles, isCut } = await fetchEarlier(new ListedCandles(all, oldest), series, lastAt, 1500);
  expect(hoursOf(candles)).toEqual(Array.from({ length: 719 }, (_, index) => 719 - index));
  expect(isCut).toBe(true);
  expect(await fetchEarlier(new ListedCandles(all, oldest), series, oldest, 1500)).toEqual({
    candles: [],
    isCut: true,
  });
});

test('at such an exchange, a market that was listed long after the first candle that it would serve is young', async () => {
  const oldest = lastAt - 719 * hourMs;
  const old = await fetchEarlier(
    new ListedCandles(randomCandles({ ...walk, count: 680 }), oldest),
    series,
    lastAt,
    900,
  );
  expect([old.candles.length, old.isCut]).toEqual([679, true]);
  const young = await fetchEarlier(
    new ListedCandles(randomCandles({ ...walk, count: 300 }), oldest),
    series,
    lastAt,
    900,
  );
  expect([young.candles.length, young.isCut]).toEqual([299, false]);
});

test('the same where idle periods use up what the exchange serves', async () => {
  const all = randomCandles({ ...walk, count: 2000, gaps: 0.6 });
  const oldest = lastAt - 719 * hourMs;
  const served = all.filter(({ timestamp }) => timestamp >= oldest).slice(0, -1);
  const { candles, isCut } = await fetchEarlier(new ListedCandles(all, oldest), series, lastAt, 600);
  expect(candles).toEqual(served);
  expect(isCut).toBe(true);
});

/** Answers each query with the next of these, which may be errors. */
function readerOf(...answers: readonly (readonly Candle[] | Error)[]): CandleReader & { queries: CandleQuery[] } {
  const queries: CandleQuery[] = [];
  return {
    queries,
    fetchCandles: async (query) => {
      const answer = answers[queries.push(query) - 1] ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

test('the start of what the exchange serves moves on between two fetches', async () => {
  const all = randomCandles({ ...walk, count: 10 });
  const reader = readerOf(
    candlesTooOld(series, lastAt - 9 * hourMs),
    candlesTooOld(series, lastAt - 8 * hourMs),
    all.slice(1, -1),
    candlesTooOld(series, lastAt - 8 * hourMs),
  );
  expect(await fetchEarlier(reader, series, lastAt, 50)).toEqual({ candles: all.slice(1, -1), isCut: true });
  expect(reader.queries.map(({ since, limit }) => [since, limit])).toEqual([
    [undefined, 50],
    [lastAt - 9 * hourMs, 50],
    [lastAt - 8 * hourMs, 50],
    [lastAt - 108 * hourMs, 1],
  ]);
});

test('without a word from where on the exchange serves candles, there are none', async () => {
  const reader = readerOf(candlesTooOld(series, null), candlesTooOld(series, null));
  expect(await fetchEarlier(reader, series, lastAt, 50)).toEqual({ candles: [], isCut: true });
});

test('candles that are built from many shorter ones come in smaller portions', async () => {
  const tooMany = new MarketDataError('BAD_USER_INPUT', 'ask for a limit of up to 5', { maxLimit: 5 });
  const all = randomCandles({ ...walk, count: 30 });
  const reader = readerOf(
    tooMany,
    all.slice(-6, -1),
    tooMany,
    all.slice(-11, -6),
    tooMany,
    all.slice(-16, -11),
    tooMany,
    all.slice(-21, -16),
  );
  expect(await fetchEarlier(reader, series, lastAt, 25)).toEqual({ candles: all.slice(-21, -1), isCut: true });
  expect(reader.queries.map(({ limit }) => limit)).toEqual([25, 5, 20, 5, 15, 5, 10, 5]);
});

test('other errors are passed on', async () => {
  const error = new MarketDataError('TIMEOUT', 'too slow');
  await expect(fetchEarlier(readerOf(error), series, lastAt, 5)).rejects.toBe(error);
  const bug = new TypeError('bug');
  await expect(fetchEarlier(readerOf(bug), series, lastAt, 5)).rejects.toBe(bug);
  await expect(fetchEarlier(readerOf([], error), series, lastAt, 5)).rejects.toBe(error);
});
