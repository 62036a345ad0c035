import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const hourMs = 3_600_000;

let binance: Venue;
let running: AppServer;

beforeEach(async () => {
  binance = await createBinance();
  running = await startServer({ venues: { binance } });
});

afterEach(async () => {
  await running.stop();
  await binance.close();
});

test('the newest candles come oldest first, the forming one last and not closed', async () => {
  const { data, errors } = await running.query(`{
    candles(exchange: "binance", symbol: "BTC/USDT", timeframe: "1h", limit: 3) { timestamp datetime close closed }
  }`);
  expect(errors).toEqual([]);
  const now = Math.floor(Date.now() / hourMs) * hourMs;
  expect(data.candles.map(({ timestamp }: { timestamp: number }) => timestamp)).toEqual([
    now - 2 * hourMs,
    now - hourMs,
    now,
  ]);
  expect(data.candles.map(({ closed }: { closed: boolean }) => closed)).toEqual([true, true, false]);
  expect(data.candles[0].datetime).toBe(new Date(now - 2 * hourMs).toISOString());
});

test('since is inclusive and until exclusive, as ISO-8601 or epoch milliseconds', async () => {
  const since = Date.UTC(2026, 0, 5, 10);
  const until = Date.UTC(2026, 0, 5, 13);
  const document = `query ($since: DateTime, $until: DateTime) {
    ohlcv(exchange: "binance", symbol: "BTC/USDT", timeframe: "1h", since: $since, until: $until)
    market(exchange: "binance", symbol: "BTC/USDT") {
      candles(timeframe: "1h", since: $since, until: $until) { timestamp open high low close volume }
    }
  }`;
  const asNumbers = await running.query(document, { since, until });
  const asText = await running.query(document, {
    since: new Date(since).toISOString(),
    until: '2026-01-05T14:00:00+01:00',
  });
  expect(asNumbers.errors).toEqual([]);
  expect(asText.data).toEqual(asNumbers.data);
  const rows: readonly (readonly number[])[] = asNumbers.data.ohlcv;
  expect(rows.map(([timestamp]) => timestamp)).toEqual([since, since + hourMs, since + 2 * hourMs]);
  const candles = asNumbers.data.market.candles.map(
    (candle: Record<'timestamp' | 'open' | 'high' | 'low' | 'close' | 'volume', number>) => [
      candle.timestamp,
      candle.open,
      candle.high,
      candle.low,
      candle.close,
      candle.volume,
    ],
  );
  expect(candles).toEqual(rows);
  expect(binance.count(/klines/)).toBe(1);
});

test('a gap remains a gap', async () => {
  const since = Date.UTC(2026, 0, 5, 10);
  const { candles } = binance;
  binance.candles = (symbol, timeframe, timestamp, now) =>
    timestamp === since + hourMs ? null : candles(symbol, timeframe, timestamp, now);
  const { data } = await running.query(
    'query ($since: DateTime) { ohlcv(exchange: "binance", symbol: "BTC/USDT", timeframe: "1h", since: $since, limit: 2) }',
    { since },
  );
  expect(data.ohlcv.map(([timestamp]: readonly number[]) => timestamp)).toEqual([since, since + 2 * hourMs]);
});

test('one query returns ten thousand candles, and known ones are not fetched again', async () => {
  const document = `query ($limit: Int!) {
    ohlcv(exchange: "binance", symbol: "BTC/USDT", timeframe: "1m", until: "2026-01-20", limit: $limit)
  }`;
  const { data, errors } = await running.query(document, { limit: 10_000 });
  expect(errors).toEqual([]);
  expect(data.ohlcv).toHaveLength(10_000);
  expect(
    data.ohlcv.every(
      ([timestamp]: readonly number[], index: number) => timestamp === data.ohlcv[0][0] + index * 60_000,
    ),
  ).toBe(true);
  const calls = binance.count(/klines/);
  expect(calls).toBeLessThanOrEqual(13);
  expect((await running.query(document, { limit: 9000 })).data.ohlcv).toEqual(data.ohlcv.slice(-9000));
  expect(binance.count(/klines/)).toBe(calls);
});

test('a timeframe that the exchange lacks is built, and volumes are summed', async () => {
  const { data, errors } = await running.query(`{
    built: ohlcv(exchange: "binance", symbol: "BTC/USDT", timeframe: "45m", since: "2026-01-05", limit: 4)
    parts: ohlcv(exchange: "binance", symbol: "BTC/USDT", timeframe: "15m", since: "2026-01-05", limit: 12)
  }`);
  expect(errors).toEqual([]);
  const rows: readonly (readonly number[])[] = data.parts;
  const sum = (from: number): number => rows.slice(from, from + 3).reduce((total, row) => total + (row[5] ?? 0), 0);
  expect(data.built.map(([timestamp]: readonly number[]) => timestamp)).toEqual(
    [0, 3, 6, 9].map((part) => rows[part]?.[0]),
  );
  for (const [index, row] of data.built.entries()) expect(row[5]).toBeCloseTo(sum(3 * index), 9);
  expect(binance.count(/interval=15m/)).toBe(1);
});

test.each([
  ['timeframe: "9999y"', 'TIMEFRAME_NOT_SUPPORTED', /1m, 3m, 5m/],
  ['timeframe: "1 minute"', 'BAD_USER_INPUT', /not a valid timeframe/],
  ['limit: 0', 'BAD_USER_INPUT', /limit is 0/],
  ['limit: -5', 'BAD_USER_INPUT', /limit is -5/],
  ['limit: 10001', 'BAD_USER_INPUT', /from 1 to 10000; for more, page by since/],
  ['since: "yesterday"', 'BAD_USER_INPUT', /not a valid date-time/],
  ['since: "2026-02-30"', 'BAD_USER_INPUT', /not a valid date-time/],
  ['since: "2026-02-01T00:00:00"', 'BAD_USER_INPUT', /time zone/],
  ['since: "2026-02-02", until: "2026-02-01"', 'BAD_USER_INPUT', /since must be before until/],
])('%s is refused with a message that explains the error', async (args, code, sentence) => {
  const { errors } = await running.query(`{ candles(exchange: "binance", symbol: "BTC/USDT", ${args}) { open } }`);
  expect(errors[0]?.extensions.code).toBe(code);
  expect(errors[0]?.message).toMatch(sentence);
  expect(binance.count(/klines/)).toBe(0);
});
