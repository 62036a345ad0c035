import { GraphQLError, type ValueNode, valueFromASTUntyped } from 'graphql';
import { isTimeframe } from '../../market/timeframe.ts';
import { builder } from './builder.ts';
import { explainInvalidDateTime, isEpochMs } from './date-time.ts';
import { describeValue } from './describe-value.ts';

// Date.parse accepts many other formats, and times without a time zone.
const isoDateTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

builder.scalarType('DateTime', {
  description:
    'An ISO-8601 date-time. As input, epoch milliseconds are accepted too; 0 means from the beginning. A number that can only be seconds or microseconds is rejected.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (epochMs) => new Date(epochMs).toISOString(),
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(valueFromASTUntyped(node), node),
});

builder.scalarType('Timestamp', {
  description: 'Epoch milliseconds: a whole number that does not fit into 32 bits.',
  specifiedByURL: 'https://tc39.es/ecma262/#sec-time-values-and-time-range',
  serialize: (epochMs) => epochMs,
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(valueFromASTUntyped(node), node),
});

builder.scalarType('Timeframe', {
  description: "The length of a candle in ccxt's notation: 1m, 5m, 1h, 1d, 1w, 1M ...",
  // The keys of its `timeframes` use this notation.
  specifiedByURL: 'https://github.com/ccxt/ccxt/wiki/Manual#exchange-structure',
  serialize: (timeframe) => timeframe,
  parseValue: parseTimeframe,
  parseLiteral: (node) => parseTimeframe(valueFromASTUntyped(node), node),
});

builder.scalarType('OHLCV', {
  description:
    "One row [timestamp, open, high, low, close, volume], as returned by ccxt's fetchOHLCV. Ready for a chart library.",
  specifiedByURL: 'https://github.com/ccxt/ccxt/wiki/Manual#ohlcv-structure',
  serialize: (row) => row,
  parseValue: () => {
    throw badInput('OHLCV cannot be used as input.');
  },
});

/**
 * Converts an ISO-8601 date-time (a date alone means midnight UTC) or epoch ms into epoch ms. Throws BAD_USER_INPUT, which
 * points to `node` if the value is a literal.
 */
export function parseDateTime(value: unknown, node?: ValueNode): number {
  if (typeof value === 'number' && isEpochMs(value)) return value;
  if (typeof value === 'string' && isoDateTime.test(value)) {
    const epochMs = Date.parse(value);
    // Date.parse turns February 30 into March 1.
    if (Number.isFinite(epochMs) && isCalendarDate(value)) return epochMs;
  }
  throw badInput(explainInvalidDateTime(value), node);
}

function isCalendarDate(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return day.toISOString().slice(0, 10) === text.slice(0, 10);
}

function parseTimeframe(value: unknown, node?: ValueNode): string {
  if (typeof value === 'string' && isTimeframe(value)) return value;
  throw badInput(
    `${describeValue(value)} is not a valid timeframe: use a number up to 99999 followed by s, m, h, d, w, M or y, such as "15m".`,
    node,
  );
}

function badInput(message: string, node?: ValueNode): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'BAD_USER_INPUT', retryable: false },
    ...(node ? { nodes: node } : {}),
  });
}
