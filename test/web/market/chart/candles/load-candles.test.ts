import { Client, fetchExchange } from 'urql';
import { expect, test } from 'vitest';
import { loadCandles } from '../../../../../web/src/market/chart/candles/load-candles.ts';
import { candleAt, minuteMs } from './test-candles.ts';

const series = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m' };
const start = candleAt(0).timestamp;
const row = [start, 1, 4, 0.5, 2, 9];
const candle = { timestamp: start, open: 1, high: 4, low: 0.5, close: 2, volume: 9 };

type Answer = Readonly<Record<string, unknown>>;
const found = (rows: readonly unknown[]): Answer => ({ data: { ohlcv: rows } });
const refused = (extensions: Answer): Answer => ({
  data: { ohlcv: null },
  errors: [{ message: 'kraken cannot.', extensions: { code: 'BAD_USER_INPUT', retryable: false, ...extensions } }],
});

/** Answers the queries one after the other, and keeps their variables. */
function load(until: number | null, answers: readonly Answer[]) {
  const asked: Answer[] = [];
  const client = new Client({
    url: 'http://tickql.test/graphql',
    preferGetMethod: false,
    requestPolicy: 'network-only',
    exchanges: [fetchExchange],
    fetch: async (_url, init) => {
      asked.push(JSON.parse(`${init?.body}`).variables);
      return Response.json(answers[asked.length - 1]);
    },
  });
  return { asked, page: loadCandles(client, series, until) };
}

test('the newest candles, and then 1,000 before a time', async () => {
  const newest = load(null, [found([row])]);
  expect(await newest.page).toEqual({ kind: 'page', candles: [candle], isBeginning: false });
  expect(newest.asked).toEqual([{ ...series, until: null, limit: 500 }]);
  const older = load(start, [found([])]);
  expect(await older.page).toEqual({ kind: 'page', candles: [], isBeginning: true });
  expect(older.asked).toEqual([{ ...series, until: start, limit: 1000 }]);
});

test('where the history of an exchange begins, the rest is asked for, and it is the beginning', async () => {
  const oldest = start - 10 * minuteMs;
  const { page, asked } = load(start + minuteMs, [refused({ oldest }), found([row])]);
  expect(await page).toEqual({ kind: 'page', candles: [candle], isBeginning: true });
  expect(asked[1]).toEqual({ ...series, since: oldest + minuteMs, until: start + minuteMs, limit: 1000 });
});

test('nothing is left before the oldest candle that the exchange serves', async () => {
  const { page, asked } = load(start, [refused({ oldest: start - minuteMs })]);
  expect(await page).toEqual({ kind: 'page', candles: [], isBeginning: true });
  expect(asked.length).toBe(1);
});

test('a limit that is too large for built candles is lowered', async () => {
  const { page, asked } = load(start, [refused({ maxLimit: 847 }), found([row])]);
  expect(await page).toMatchObject({ kind: 'page', isBeginning: false });
  expect(asked[1]).toEqual({ ...series, until: start, limit: 847 });
});

test('any other refusal has the sentence of the server', async () => {
  expect(await load(null, [refused({})]).page).toMatchObject({
    kind: 'failed',
    failure: { message: 'kraken cannot.', retryAfterMs: null },
  });
  const busy = refused({ retryable: true, retryAfterMs: 700 });
  expect(await load(null, [busy]).page).toMatchObject({ failure: { retryAfterMs: 700 } });
});

test('a server that always names another limit is not asked for ever', async () => {
  const answers = [900, 800, 700, 600].map((maxLimit) => refused({ maxLimit }));
  const { page, asked } = load(start, answers);
  expect(await page).toMatchObject({ kind: 'failed' });
  expect(asked.length).toBe(3);
});
