import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDateTime } from '../../../src/graphql/types/scalars.ts';
import { type AppServer, startServer } from '../../support/server.ts';

let running: AppServer;

beforeAll(async () => {
  running = await startServer();
});

afterAll(() => running.stop());

const at = '2026-03-04T12:34:56.000Z';
const ms = Date.parse(at);
const seconds = ms / 1000;

/** The arguments that take a date-time, each with a field that uses it. */
const places: Readonly<Record<string, (literal: string) => string>> = {
  'since of candles': (since) => `candles(exchange: "sim", symbol: "BTC/USDT", limit: 1, since: ${since}) { open }`,
  'until of candles': (until) => `candles(exchange: "sim", symbol: "BTC/USDT", limit: 1, until: ${until}) { open }`,
  'since of ohlcv': (since) => `ohlcv(exchange: "sim", symbol: "BTC/USDT", limit: 1, since: ${since})`,
  'until of ohlcv': (until) => `ohlcv(exchange: "sim", symbol: "BTC/USDT", limit: 1, until: ${until})`,
  'since of trades': (since) => `trades(exchange: "sim", symbol: "BTC/USDT", limit: 1, since: ${since}) { price }`,
  "since of a market's candles": (since) =>
    `market(exchange: "sim", symbol: "BTC/USDT") { candles(limit: 1, since: ${since}) { open } }`,
  "until of a market's candles": (until) =>
    `market(exchange: "sim", symbol: "BTC/USDT") { candles(limit: 1, until: ${until}) { open } }`,
  "since of a market's trades": (since) =>
    `market(exchange: "sim", symbol: "BTC/USDT") { trades(limit: 1, since: ${since}) { price } }`,
};

describe.each(Object.entries(places))('%s', (_place, toField) => {
  it.each([
    ['seconds', seconds],
    ['microseconds', ms * 1000],
    ['nanoseconds', ms * 1e6],
    ['seconds as a string', String(seconds)],
    ['microseconds as a string', String(ms * 1000)],
  ])('in %s is rejected with a hint in milliseconds, as a literal and as a variable', async (_unit, input) => {
    const literal = await running.query(`{ ${toField(JSON.stringify(input))} }`);
    const variable = await running.query(`query ($at: DateTime) { ${toField('$at')} }`, { at: input });
    for (const { errors, data } of [literal, variable]) {
      expect(data).toBeUndefined();
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', retryable: false } }]);
      expect(errors[0]?.message).toContain(JSON.stringify(input));
      expect(errors[0]?.message).toContain(`use epoch milliseconds, ${ms}, for ${at}`);
    }
  });

  it.each([ms, at, 0])('%j is accepted, as a literal and as a variable', async (input) => {
    const literal = await running.query(`{ ${toField(JSON.stringify(input))} }`);
    const variable = await running.query(`query ($at: DateTime) { ${toField('$at')} }`, { at: input });
    for (const { errors } of [literal, variable]) expect(errors).toEqual([]);
  });
});

it.each([
  ['seconds with a fraction', seconds + 0.5, `${ms + 500}`],
  ['milliseconds as a string', String(ms), `as a number, ${ms}.`],
  ["seconds of Bitcoin's first block", 1_231_006_505, '1231006505000'],
  ['the year 2286 in seconds', 9_999_999_999, '9999999999000'],
  ['the year 5138 in seconds', 99_999_999_999, '99999999999000'],
  ['a negative number', -3600, '-3600 is before 1970: use epoch milliseconds, or 0 for the beginning.'],
  ['a year', '2026', 'is not a valid date-time'],
  ['the latest time of JavaScript', 8.64e15, 'looks like microseconds'],
  ['after the year 9999', 3e14, 'is not a valid date-time'],
  ['not a number', Number.NaN, 'is not a valid date-time'],
  ['a very long string of digits', '1'.repeat(400), 'is not a valid date-time'],
])('%s is rejected', (_name, input, message) => {
  expect(() => parseDateTime(input)).toThrow(message);
});

it.each([
  ['0', 0, 0],
  ['two hours after the epoch', 7_200_000, 7_200_000],
  ['the year 1973', 100_000_000_000, 100_000_000_000],
  ['the year 2000', Date.UTC(2000, 0), Date.UTC(2000, 0)],
  ['tomorrow', ms + 86_400_000, ms + 86_400_000],
  ['the end of the year 9999', 253_402_300_799_999, 253_402_300_799_999],
  ['1970 in ISO-8601', '1970-01-01T00:00:01Z', 1000],
  ['the year 1 in ISO-8601', '0001-01-01', Date.parse('0001-01-01')],
])('%s is accepted', (_name, input, epochMs) => {
  expect(parseDateTime(input)).toBe(epochMs);
});
