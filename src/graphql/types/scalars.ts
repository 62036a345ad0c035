import { GraphQLError, type ValueNode, valueFromASTUntyped } from 'graphql';
import { isTimeframe } from '../../market/timeframe.ts';
import { builder } from './builder.ts';
import { explainInstant, isEpochMs } from './epoch.ts';
import { toGiven } from './given.ts';

// Date.parse takes much more than instants, and local times too.
const isoInstant = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

builder.scalarType('DateTime', {
  description:
    'ISO-8601 instant. As input it also takes epoch milliseconds, where 0 means from the beginning; a number that can only be seconds or microseconds is refused.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (instant) => new Date(instant).toISOString(),
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(valueFromASTUntyped(node), node),
});

builder.scalarType('Timestamp', {
  description: 'Epoch milliseconds (a whole number, beyond 32 bits).',
  specifiedByURL: 'https://tc39.es/ecma262/#sec-time-values-and-time-range',
  serialize: (instant) => instant,
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(valueFromASTUntyped(node), node),
});

builder.scalarType('Timeframe', {
  description: "An exchange's candle length in ccxt's notation: 1m, 5m, 1h, 1d, 1w, 1M ...",
  // Its `timeframes` has the notation as keys.
  specifiedByURL: 'https://github.com/ccxt/ccxt/wiki/Manual#exchange-structure',
  serialize: (timeframe) => timeframe,
  parseValue: parseTimeframe,
  parseLiteral: (node) => parseTimeframe(valueFromASTUntyped(node), node),
});

builder.scalarType('OHLCV', {
  description:
    "One row [timestamp, open, high, low, close, volume], as ccxt's fetchOHLCV gives it: ready for a chart library.",
  specifiedByURL: 'https://github.com/ccxt/ccxt/wiki/Manual#ohlcv-structure',
  serialize: (row) => row,
  parseValue: () => {
    throw badInput('OHLCV is for answers only.');
  },
});

/**
 * Epoch ms of an ISO-8601 instant (a date alone is its midnight, UTC) or of epoch ms. Throws BAD_USER_INPUT, placed at
 * `node` where the value is a literal.
 */
export function parseInstant(value: unknown, node?: ValueNode): number {
  if (typeof value === 'number' && isEpochMs(value)) return value;
  if (typeof value === 'string' && isoInstant.test(value)) {
    const instant = Date.parse(value);
    // Date.parse turns February 30 into March 1.
    if (Number.isFinite(instant) && isCalendarDate(value)) return instant;
  }
  throw badInput(explainInstant(value), node);
}

function isCalendarDate(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return day.toISOString().slice(0, 10) === text.slice(0, 10);
}

function parseTimeframe(value: unknown, node?: ValueNode): string {
  if (typeof value === 'string' && isTimeframe(value)) return value;
  throw badInput(
    `${toGiven(value)} is no timeframe: write a number up to 99999 and s, m, h, d, w, M or y, such as "15m".`,
    node,
  );
}

function badInput(message: string, node?: ValueNode): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'BAD_USER_INPUT', retryable: false },
    ...(node ? { nodes: node } : {}),
  });
}
