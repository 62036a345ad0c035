import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Indicator } from '../../../src/indicators/indicator.ts';
import type { Candle } from '../../../src/market/model/candle.ts';
import { naiveLines } from '../../support/candles/naive-indicators.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';

const hourMs = 3_600_000;

let kraken: Venue;
let running: AppServer;

beforeAll(async () => {
  kraken = await createKraken();
  running = await startServer({ config: { exchanges: ['sim', 'kraken'] }, venues: { kraken } });
});

afterAll(async () => {
  await running.stop();
  await kraken.close();
});

interface Variables {
  readonly exchange?: string;
  readonly symbol?: string;
  readonly timeframe?: string;
  readonly since?: number | string;
  readonly until?: number | string;
  readonly limit?: number;
  readonly of?: unknown;
}

const document = `query (
  $exchange: ID! = "sim", $symbol: String! = "BTC/USDT", $timeframe: Timeframe! = "1h", $since: DateTime
  $until: DateTime, $limit: Int! = 100, $of: [IndicatorInput!]! = [{ kind: SMA, period: 2 }]
) {
  indicators(exchange: $exchange, symbol: $symbol, timeframe: $timeframe, since: $since, until: $until, limit: $limit, of: $of) {
    timestamps closed series { kind name output values }
  }
  candles(exchange: $exchange, symbol: $symbol, timeframe: $timeframe, since: $since, until: $until, limit: $limit) {
    timestamp open high low close volume closed
  }
}`;

interface Answer {
  readonly timestamps: readonly number[];
  readonly closed: readonly boolean[];
  readonly series: readonly { name: string; output: string; values: readonly (number | null)[] }[];
  readonly candles: readonly Candle[];
}

async function ask(variables: Variables): Promise<Answer> {
  const { data, errors } = await running.query(document, { ...variables });
  expect(errors).toEqual([]);
  return { ...data.indicators, candles: data.candles };
}

const all: readonly Indicator[] = [
  { kind: 'SMA', period: 20 },
  { kind: 'EMA', period: 20 },
  { kind: 'RSI', period: 14 },
  { kind: 'MACD', fast: 12, slow: 26, signal: 9 },
  { kind: 'BOLLINGER', period: 20, deviations: 2 },
  { kind: 'ATR', period: 14 },
  { kind: 'VWAP', period: null },
  { kind: 'STOCHASTIC', period: 14, signal: 3 },
  { kind: 'ADX', period: 14 },
];

test.each(['1h', '15m', '7h', '45m'])(
  'the timestamps are those of the candles, and the values those of a long history: %s',
  async (timeframe) => {
    const until = Math.floor(Date.now() / hourMs) * hourMs;
    const of = [...all, { kind: 'OBV' }];
    const { timestamps, closed, series, candles } = await ask({ timeframe, until, limit: 30, of });
    expect(timestamps).toEqual(candles.map(({ timestamp }) => timestamp));
    expect(closed).toEqual(candles.map((candle) => candle.closed));
    const history = await ask({ timeframe, until, limit: 1000 });
    const earlier = await ask({ timeframe, until: history.timestamps[0] ?? 0, limit: 1000 });
    const long = [...earlier.candles, ...history.candles];
    const expected = all.flatMap((indicator) => Object.entries(naiveLines(indicator, long)));
    expect(series.map(({ output }) => output)).toEqual([...expected.map(([output]) => output), 'value']);
    for (const [line, [, values]] of expected.entries()) {
      const price = candles[0]?.close ?? 1;
      for (const [at, value] of values.slice(-30).entries()) {
        expect(Math.abs((series[line]?.values[at] ?? Number.NaN) - (value ?? 0))).toBeLessThan(1e-9 * price);
      }
    }
  },
);

test('the forming candle is the last one, and not closed', async () => {
  const { timestamps, closed, candles, series } = await ask({ limit: 3 });
  expect(timestamps).toHaveLength(3);
  expect(closed).toEqual([true, true, false]);
  expect(series[0]?.values[1]).toBeCloseTo(((candles[0]?.close ?? 0) + (candles[1]?.close ?? 0)) / 2, 9);
});

test('limit does not change values: they are the same numbers', async () => {
  const of = [...all, { kind: 'EMA', period: 200 }, { kind: 'OBV' }];
  const until = Date.UTC(2026, 2, 3, 4);
  const long = await ask({ until, limit: 1000, of });
  for (const limit of [1, 10, 100]) {
    const { series } = await ask({ until, limit, of });
    expect(series).toEqual(long.series.map((line) => ({ ...line, values: line.values.slice(-limit) })));
  }
  const since = long.timestamps[500] ?? 0;
  const [few, many] = [await ask({ since, limit: 7, of }), await ask({ since, limit: 400, of })];
  expect(few.series).toEqual(many.series.map((line) => ({ ...line, values: line.values.slice(0, 7) })));
});

test('a market that was just listed has null until there are enough candles', async () => {
  const { timestamps, series } = await ask({
    since: '2015-01-01',
    limit: 40,
    of: [...all, { kind: 'OBV' }],
  });
  expect(timestamps[0]).toBe(Date.UTC(2015, 0, 1));
  const nulls = series.map(({ values }) => values.filter((value) => value === null).length);
  expect(nulls).toEqual([19, 19, 14, 25, 33, 33, 19, 19, 19, 13, 0, 15, 15, 26, 1]);
});

test('an exchange that serves 720 candles gives what they suffice for', async () => {
  const of = [
    { kind: 'SMA', period: 200 },
    { kind: 'EMA', period: 200 },
    { kind: 'EMA', period: 500 },
  ];
  const { series } = await ask({ exchange: 'kraken', symbol: 'BTC/USD', limit: 300, of });
  const nulls = series.map(({ values }) => values.filter((value) => value === null).length);
  expect(nulls[0]).toBe(0);
  expect(nulls[1]).toBeGreaterThan(35);
  expect(nulls[1]).toBeLessThan(45);
  expect(nulls[2]).toBe(300);
  const short = await ask({ exchange: 'kraken', symbol: 'BTC/USD', limit: 100, of });
  expect(short.series[1]?.values.slice(0, 99)).toEqual(series[1]?.values.slice(200, 299));
  expect(short.series[1]?.values).not.toContain(null);
});

test.each([
  [{ of: [] }, 'of is empty: name at least one indicator, such as { kind: SMA, period: 20 }.'],
  [{ of: [{ kind: 'SMA', period: 0 }] }, 'period of SMA is 0; it must be from 1 to 500.'],
  [{ of: [{ kind: 'OBV', period: 3 }] }, 'OBV takes no period; it takes no parameters.'],
  [{ limit: 1001 }, 'limit is 1001; it must be from 1 to 1000.'],
  [{ limit: 0 }, 'limit is 0; it must be from 1 to 1000.'],
  [{ timeframe: '1d', of: [{ kind: 'VWAP' }] }, 'give a period, which is a number of candles.'],
  [{ since: '2026-01-02', until: '2026-01-01' }, 'since must be before until.'],
])('%o is refused with a sentence that says what would be right', async (variables, sentence) => {
  const { data, errors } = await running.query(document, variables);
  expect(data.indicators).toBe(null);
  const error = errors.find(({ path }) => path?.[0] === 'indicators');
  expect(error?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false });
  expect(error?.message).toContain(sentence);
});

test('an unknown kind, exchange or symbol is refused with suggestions', async () => {
  const kind = await running.query(document, { of: [{ kind: 'SMMA' }] });
  expect(kind.errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect(kind.errors[0]?.message).toContain('Did you mean the enum value "SMA"');
  const exchange = await running.query(document, { exchange: 'krakn' });
  expect(exchange.errors[0]?.extensions).toMatchObject({ code: 'EXCHANGE_NOT_FOUND', suggestions: ['kraken'] });
  const symbol = await running.query(document, { symbol: 'BTCUSDT' });
  expect(symbol.errors[0]?.extensions).toMatchObject({ code: 'SYMBOL_NOT_FOUND' });
});

test('values can be selected under several names, and several times in one query', async () => {
  const { data, errors } = await running.query(`{
    one: indicators(exchange: "sim", symbol: "BTC/USDT", until: "2026-01-01", limit: 2, of: [{ kind: MACD }]) {
      series { a: values output b: values }
    }
    other: indicators(exchange: "sim", symbol: "BTC/USDT", until: "2026-01-01", limit: 2, of: [{ kind: MACD }]) {
      series { a: values output b: values }
    }
  }`);
  expect(errors).toEqual([]);
  expect(data.one).toEqual(data.other);
  const lines: readonly { a: unknown; b: unknown; output: string }[] = data.one.series;
  expect(lines.map(({ output }) => output)).toEqual(['macd', 'signal', 'histogram']);
  for (const { a, b } of lines) {
    expect(a).toEqual([expect.any(Number), expect.any(Number)]);
    expect(b).toEqual(a);
  }
});

test('the answer is kept while its candles are fresh', async () => {
  const query = `{ indicators(exchange: "sim", symbol: "ETH/USDT", until: "2026-01-01", of: { kind: ADX }) {
    series { values }
  } }`;
  const first = await running.get(query);
  expect(first.headers['cache-control']).toMatch(/max-age=[1-9]/);
  expect((await running.get(query)).text).toBe(first.text);
});

test('so is one of an exchange whose history does not reach back far enough', async () => {
  // An answer with the open candle is not kept while the candle closes.
  const until = Date.now() - hourMs;
  const query = `{ indicators(
    exchange: "kraken", symbol: "BTC/USD", until: ${until}, limit: 50, of: { kind: EMA, period: 500 }
  ) { series { values } } }`;
  const first = await running.get(query);
  expect(JSON.parse(first.text).errors).toBeUndefined();
  expect(first.headers['cache-control']).toMatch(/max-age=[1-9]/);
});
