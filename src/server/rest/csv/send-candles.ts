import { GraphQLError } from 'graphql';
import type { Clock } from '../../../base/clock.ts';
import { MarketDataError } from '../../../market/errors.ts';
import { maxCandles } from '../../../market/row-limits.ts';
import type { Answer } from '../../answers/answer.ts';
import { type AnswerForm, sendAnswer, varying } from '../../answers/send-answer.ts';
import { parseFieldValue } from '../../fields/field-value.ts';
import { asDeclared } from '../../http/messages/send.ts';
import { httpStatus } from '../../http/messages/statuses.ts';
import type { SlowReaders } from '../../http/slow-readers.ts';
import type { ApiRequest } from '../../routing/route.ts';
import type { Values } from '../messages/read-values.ts';
import { type CandleRow, csvHeader, toCsvLines, toFileName } from './candle-csv.ts';
import { fetchPages } from './candle-pages.ts';
import { writeChunks } from './write-chunks.ts';

/** The maximum number of candles in a CSV file. */
export const maxCsvRows = 1_000_000;

export interface SendCandlesOptions {
  /** Answers the field `ohlcv` with these values. */
  readonly ask: (values: Values) => Promise<Answer>;
  readonly slowReaders: SlowReaders;
  readonly clock: Clock;
}

/** Answers with candles as CSV. What fits into one answer of the field is one answer here; more is sent page by page. */
export async function sendCandles(given: ApiRequest, values: Values, options: SendCandlesOptions): Promise<void> {
  const limit = toLongLimit(values);
  if (limit === null) await sendWhole(given, values, options);
  else await sendPages(given, values, limit, options);
}

/** The limit if one answer cannot contain so many candles, otherwise null. */
function toLongLimit({ limit, since }: Values): number | null {
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit <= maxCandles) return null;
  if (limit > maxCsvRows) {
    throw new MarketDataError('BAD_USER_INPUT', `limit is ${limit}; a CSV file has at most ${maxCsvRows} candles.`);
  }
  if (since === undefined || since === null) {
    const message = `limit is ${limit}; with more than ${maxCandles} candles, since must say where the file begins.`;
    throw new MarketDataError('BAD_USER_INPUT', message);
  }
  return limit;
}

async function sendWhole(given: ApiRequest, values: Values, { ask, clock }: SendCandlesOptions): Promise<void> {
  const answer = await ask(values);
  const body = `${csvHeader}${toCsvLines(toRows(answer))}`;
  const { digest, expiry } = answer;
  sendAnswer(given, { body, byteLength: body.length, encoding: 'latin1', digest, expiry }, toForm(values), clock);
}

async function sendPages(given: ApiRequest, values: Values, limit: number, options: SendCandlesOptions): Promise<void> {
  const { request, response, cors } = given;
  const { ask, slowReaders } = options;
  const pages = fetchPages(async (page) => toRows(await ask(page)), values, limit);
  // A page that fails before the answer has begun can still be answered with an error.
  const first = await pages.next();
  if (response.destroyed) return;
  const { contentType, headers } = toForm(values);
  const declared = { 'content-type': contentType, 'cache-control': 'no-store', ...asDeclared, ...headers };
  response.writeHead(httpStatus.ok, { ...cors.headersFor(request, { vary: varying }), ...declared });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  slowReaders.watchStream(response);
  await writeChunks(response, toChunks(first.value ?? [], pages));
}

async function* toChunks(
  first: readonly CandleRow[],
  others: AsyncIterable<readonly CandleRow[]>,
): AsyncGenerator<string> {
  yield `${csvHeader}${toCsvLines(first)}`;
  for await (const rows of others) yield toCsvLines(rows);
}

/** Throws the first error of an answer that has any. */
function toRows(answer: Answer): readonly CandleRow[] {
  const { value, errors } = parseFieldValue(answer, ['ohlcv']);
  const [error] = errors;
  if (error) throw new GraphQLError(error.message, { extensions: error.extensions });
  if (!isRows(value)) throw new TypeError('an answer with candles has no rows');
  return value;
}

function isRows(value: unknown): value is readonly CandleRow[] {
  return Array.isArray(value) && value.every((row) => Array.isArray(row) && typeof row[0] === 'number');
}

function toForm({ exchange, symbol, timeframe }: Values): AnswerForm {
  const name = toFileName([exchange, symbol, timeframe]);
  return {
    contentType: 'text/csv; charset=utf-8',
    variant: '.c',
    headers: { 'content-disposition': `attachment; filename="${name}"` },
  };
}
