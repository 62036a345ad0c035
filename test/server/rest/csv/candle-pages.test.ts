import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import type { CandleRow } from '../../../../src/server/rest/csv/candle-csv.ts';
import { fetchPages, findSmallerLimit } from '../../../../src/server/rest/csv/candle-pages.ts';

const tooComplex = { code: 'QUERY_TOO_COMPLEX', retryable: false };
const tooCostly = { code: 'RATE_LIMITED', retryable: false };

const errorOf = (extensions: Readonly<Record<string, unknown>>): GraphQLError =>
  new GraphQLError('No.', { extensions });

test.each([
  ['the largest limit that works', { code: 'BAD_USER_INPUT', maxLimit: 300 }, 300],
  ['nothing if that is not less', { code: 'BAD_USER_INPUT', maxLimit: 1000 }, null],
  ['half if one operation may not cost so much', tooComplex, 500],
  ['half if the client can never spend so much', tooCostly, 500],
  ['nothing if the client has spent it for now', { ...tooCostly, retryable: true, retryAfterMs: 9 }, null],
  ['nothing if the exchange limits the server', { ...tooCostly, exchange: 'kraken' }, null],
  ['nothing if something else is wrong', { code: 'BAD_USER_INPUT', retryable: false }, null],
])('instead of a thousand candles: %s', (_what, extensions, expected) => {
  expect(findSmallerLimit(errorOf(extensions), 1000)).toBe(expected);
});

test('an error that is not for clients is not about the limit', () => {
  expect(findSmallerLimit(new TypeError('No.'), 1000)).toBeNull();
});

/** Reads a file of candles one ms apart, of which one answer has at most `most`. */
async function read(limit: number, most: number) {
  const limits: number[] = [];
  const fetchCandles = async (values: Readonly<Record<string, unknown>>): Promise<readonly CandleRow[]> => {
    const [since, size] = [Number(values.since), Number(values.limit)];
    limits.push(size);
    if (size > most) throw errorOf(tooComplex);
    return Array.from({ length: size }, (_, index) => [since + index]);
  };
  const times: number[] = [];
  for await (const rows of fetchPages(fetchCandles, { since: 0 }, limit)) times.push(...rows.map(([time]) => time));
  return { limits, times };
}

test('pages become smaller until one fits, and then stay so', async () => {
  const { limits, times } = await read(3500, 1300);
  expect(limits).toEqual([3500, 1750, 875, 875, 875, 875]);
  expect(times).toEqual(Array.from({ length: 3500 }, (_, index) => index));
});

test('if not even one candle fits, the error says why', async () => {
  await expect(read(8, 0)).rejects.toMatchObject({ extensions: tooComplex });
});
