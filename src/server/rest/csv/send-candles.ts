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
import { clientLeft, type RequestRecord, toCode } from '../../observe/request-record.ts';
import type { ApiRequest } from '../../routing/route.ts';
import type { Values } from '../messages/read-values.ts';
import { type CandleRow, csvHeader, toCsvLines, toFileName, toIncompleteLine } from './candle-csv.ts';
import { fetchPages, findSmallerLimit } from './candle-pages.ts';
import { waitForQuota } from './wait-for-quota.ts';
import { cutShort, writeChunks } from './write-chunks.ts';

/** The maximum number of candles in a CSV file. */
export const maxCsvRows = 1_000_000;

/** The field whose rows are the lines of a file. */
const field = 'ohlcv';

/** Answers the field with these values, and records the outcome. */
export type AskCandles = (values: Values, record: RequestRecord) => Promise<Answer>;

export interface SendCandlesOptions {
  readonly ask: AskCandles;
  readonly slowReaders: SlowReaders;
  readonly clock: Clock;
}

/** Answers with candles as CSV. What fits into one answer of the field is one answer here; more is sent page by page. */
export async function sendCandles(given: ApiRequest, values: Values, options: SendCandlesOptions): Promise<void> {
  given.record.operation = field;
  const limit = toLongLimit(values);
  if (limit !== null) return sendPages(given, values, limit, options);
  try {
    await sendWhole(given, values, options);
  } catch (error) {
    const { limit, since } = values;
    if (typeof limit !== 'number' || !isGiven(since) || findSmallerLimit(error, limit) === null) throw error;
    await sendPages(given, values, limit, options);
  }
}

/** The limit if one answer cannot contain so many candles, otherwise null. */
function toLongLimit({ limit, since }: Values): number | null {
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit <= maxCandles) return null;
  if (limit > maxCsvRows) {
    throw new MarketDataError('BAD_USER_INPUT', `limit is ${limit}; a CSV file has at most ${maxCsvRows} candles.`);
  }
  if (!isGiven(since)) {
    const message = `limit is ${limit}; with more than ${maxCandles} candles, since must say where the file begins.`;
    throw new MarketDataError('BAD_USER_INPUT', message);
  }
  return limit;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

async function sendWhole(given: ApiRequest, values: Values, { ask, clock }: SendCandlesOptions): Promise<void> {
  const answer = await ask(values, given.record.part());
  const body = `${csvHeader}${toCsvLines(toRows(answer))}`;
  given.record.answer(field, 'ok');
  const { digest, expiry } = answer;
  sendAnswer(given, { body, byteLength: body.length, encoding: 'latin1', digest, expiry }, toForm(values), clock);
}

async function sendPages(given: ApiRequest, values: Values, limit: number, options: SendCandlesOptions): Promise<void> {
  const { request, response, cors, record } = given;
  const { ask, slowReaders, clock } = options;
  const part = record.part();
  const leaving = watchEnd(given);
  const fetchPage = async (page: Values): Promise<readonly CandleRow[]> => toRows(await ask(page, part));
  const pages = fetchPages(
    (page) =>
      // A page that fails before the answer has begun can still be answered with an error.
      response.headersSent ? waitForQuota(() => fetchPage(page), clock, leaving) : fetchPage(page),
    values,
    limit,
  );
  const first = await pages.next();
  if (response.destroyed) return;
  record.begin(field);
  const { contentType, headers } = toForm(values);
  const declared = { 'content-type': contentType, 'cache-control': 'no-store', ...asDeclared, ...headers };
  response.writeHead(httpStatus.ok, { ...cors.headersFor(request, { vary: varying }), ...declared });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  slowReaders.watchStream(response);
  try {
    await writeChunks(response, toChunks(first.value ?? [], pages));
  } catch (error) {
    const code = toCode([error instanceof GraphQLError ? error : {}]);
    record.answer(field, code);
    await cutShort(response, toIncompleteLine(code), clock);
    throw error;
  }
}

/**
 * Records the outcome when the response has closed, unless an error is recorded before that. Returns a signal that the
 * client no longer waits. Before other listeners, because the log tells the outcome when the response closes, too.
 */
function watchEnd({ response, record }: ApiRequest): AbortSignal {
  const leaving = new AbortController();
  response.prependOnceListener('close', () => {
    record.answer(field, response.writableFinished ? 'ok' : clientLeft);
    leaving.abort();
  });
  return leaving.signal;
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
  const { value, errors } = parseFieldValue(answer, [field]);
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
