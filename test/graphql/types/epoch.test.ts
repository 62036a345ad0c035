import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseInstant } from '../../../src/graphql/types/scalars.ts';
import { type AppServer, startServer } from '../../support/server.ts';

let running: AppServer;

beforeAll(async () => {
  running = await startServer();
});

afterAll(() => running.stop());

const at = '2026-03-04T12:34:56.000Z';
const ms = Date.parse(at);
const seconds = ms / 1000;

/** Where an instant may be given, with a query that has one there. */
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
    ['seconds as text', String(seconds)],
    ['microseconds as text', String(ms * 1000)],
  ])('in %s is refused with the milliseconds, as a literal and as a variable', async (_unit, given) => {
    const literal = await running.query(`{ ${toField(JSON.stringify(given))} }`);
    const variable = await running.query(`query ($at: DateTime) { ${toField('$at')} }`, { at: given });
    for (const { errors, data } of [literal, variable]) {
      expect(data).toBeUndefined();
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', retryable: false } }]);
      expect(errors[0]?.message).toContain(JSON.stringify(given));
      expect(errors[0]?.message).toContain(`give epoch milliseconds, ${ms}, for ${at}`);
    }
  });

  it.each([ms, at, 0])('%j is taken, as a literal and as a variable', async (given) => {
    const literal = await running.query(`{ ${toField(JSON.stringify(given))} }`);
    const variable = await running.query(`query ($at: DateTime) { ${toField('$at')} }`, { at: given });
    for (const { errors } of [literal, variable]) expect(errors).toEqual([]);
  });
});

it.each([
  ['seconds with a fraction', seconds + 0.5, `${ms + 500}`],
  ['milliseconds as text', String(ms), `as a number, ${ms}.`],
  ["seconds of Bitcoin's first block", 1_231_006_505, '1231006505000'],
  ['the end of time in seconds', 9_999_999_999, '9999999999000'],
  ['the year 5138 in seconds', 99_999_999_999, '99999999999000'],
  ['a moment ago', -3600, '-3600 is before 1970: give epoch milliseconds, or 0 for the beginning.'],
  ['a year', '2026', 'is no instant'],
  ['the last instant of JavaScript', 8.64e15, 'looks like microseconds'],
  ['after the year 9999', 3e14, 'is no instant'],
  ['not a number', Number.NaN, 'is no instant'],
  ['an endless text of digits', '1'.repeat(400), 'is no instant'],
])('%s is refused', (_name, given, sentence) => {
  expect(() => parseInstant(given)).toThrow(sentence);
});

it.each([
  ['0', 0, 0],
  ['two hours after the epoch', 7_200_000, 7_200_000],
  ['the year 1973', 100_000_000_000, 100_000_000_000],
  ['the year 2000', Date.UTC(2000, 0), Date.UTC(2000, 0)],
  ['tomorrow', ms + 86_400_000, ms + 86_400_000],
  ['the last instant of the year 9999', 253_402_300_799_999, 253_402_300_799_999],
  ['1970 in words', '1970-01-01T00:00:01Z', 1000],
  ['the first year in words', '0001-01-01', Date.parse('0001-01-01')],
])('%s is taken as it is', (_name, given, instant) => {
  expect(parseInstant(given)).toBe(instant);
});
