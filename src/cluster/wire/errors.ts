import { withoutStackTraces } from '../../base/stack-traces.ts';
import {
  MarketDataError,
  type MarketDataErrorCode,
  type MarketDataErrorDetails,
  marketDataErrorCodes,
} from '../../market/errors.ts';
import {
  type Codec,
  type Json,
  listOf,
  readFlag,
  readNullable,
  readNumber,
  readRow,
  readText,
  textCodec,
  writeNumber,
} from './fields.ts';

/** How the value of one of the details is written; null for a detail that is not sent. */
type DetailWriter = (details: MarketDataErrorDetails) => Json;

const texts = listOf(textCodec);

/** The details in the order of the row. All but `cause` are sent: that one can contain what clients must not see. */
const detailWriters: Readonly<Record<Exclude<keyof MarketDataErrorDetails, 'cause'>, DetailWriter>> = {
  exchange: ({ exchange = null }) => exchange,
  symbol: ({ symbol = null }) => symbol,
  symbols: ({ symbols = null }) => symbols,
  timeframe: ({ timeframe = null }) => timeframe,
  retryAfterMs: ({ retryAfterMs }) => (retryAfterMs === undefined ? null : writeNumber(retryAfterMs)),
  suggestions: ({ suggestions = null }) => suggestions,
  retryable: ({ retryable = null }) => retryable,
  isTooOld: ({ isTooOld = null }) => isTooOld,
  oldest: ({ oldest }) => (oldest === undefined ? null : writeNumber(oldest)),
  maxLimit: ({ maxLimit }) => (maxLimit === undefined ? null : writeNumber(maxLimit)),
  isInDoubt: ({ isInDoubt = null }) => isInDoubt,
  isMarketMissing: ({ isMarketMissing = null }) => isMarketMissing,
};

const writers = Object.values(detailWriters);

/** An error without its cause and its stack. An unknown code is read as INTERNAL_SERVER_ERROR. */
export const errorCodec: Codec<MarketDataError> = {
  write: ({ code, message, details }) => [code, message, ...writers.map((write) => write(details))],
  read: (json, time) => {
    const [code, message, ...details] = readRow(json);
    const known = marketDataErrorCodes.find((candidate) => candidate === code);
    if (known)
      return create(
        known,
        readText(message),
        readDetails(details, (given) => texts.read(given, time)),
      );
    return create('INTERNAL_SERVER_ERROR', 'Something went wrong on this server.', {});
  },
};

function create(code: MarketDataErrorCode, message: string, details: MarketDataErrorDetails): MarketDataError {
  return withoutStackTraces(() => new MarketDataError(code, message, details));
}

function readDetails(row: readonly unknown[], readTexts: (json: unknown) => readonly string[]): MarketDataErrorDetails {
  const details = {
    exchange: readNullable(row[0], readText),
    symbol: readNullable(row[1], readText),
    symbols: readNullable(row[2], readTexts),
    timeframe: readNullable(row[3], readText),
    retryAfterMs: readNullable(row[4], readNumber),
    suggestions: readNullable(row[5], readTexts),
    retryable: readNullable(row[6], readFlag),
    isTooOld: readNullable(row[7], readFlag),
    oldest: readNullable(row[8], readNumber),
    maxLimit: readNullable(row[9], readNumber),
    isInDoubt: readNullable(row[10], readFlag),
    isMarketMissing: readNullable(row[11], readFlag),
  };
  return withoutNulls(details);
}

/** The object without the properties that are null. */
function withoutNulls<T extends object>(object: T): { readonly [K in keyof T]?: NonNullable<T[K]> } {
  const known: { [K in keyof T]?: NonNullable<T[K]> } = {};
  for (const key in object) {
    const value = object[key];
    if (value !== null && value !== undefined) known[key] = value;
  }
  return known;
}
