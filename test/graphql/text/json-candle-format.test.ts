import fc from 'fast-check';
import { isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { isCandleField, JsonCandleFormat, ohlcvFormat } from '../../../src/graphql/text/json-candle-format.ts';

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ noNaN: true }).filter(Number.isFinite),
  fc.integer(),
);
const row = fc.tuple(fc.integer({ min: 0, max: 8.64e15 }), number, number, number, number, number, fc.boolean());

test('every field of the type Candle has a text', () => {
  const type = schema.getType('Candle');
  const names = isObjectType(type) ? Object.keys(type.getFields()) : [];
  expect(names.length).toBeGreaterThan(8);
  for (const name of names) expect([name, isCandleField(name)]).toEqual([name, true]);
  expect(isCandleField('constructor')).toBe(false);
});

test('a row is written as JSON.stringify writes it', () => {
  const format = new JsonCandleFormat([
    { name: 'a', field: 'volume' },
    { name: 'datetime', field: 'datetime' },
    { name: 'open', field: 'open' },
    { name: 'c', field: 'closed' },
    { name: 'high', field: 'high' },
    { name: 'low', field: 'low' },
    { name: '__typename', field: '__typename' },
    { name: 'close', field: 'close' },
    { name: 'timestamp', field: 'timestamp' },
    { name: 's', field: 'stale' },
  ]);
  fc.assert(
    fc.property(row, (values) => {
      const [timestamp, open, high, low, close, volume, c] = values;
      const numbers = [open, high, low, close, volume];
      // Together they may be too large for a number.
      fc.pre(Number.isFinite(numbers.reduce((sum, value) => sum + value, 0)));
      const datetime = new Date(timestamp).toISOString();
      const expected = { a: volume, datetime, open, c, high, low, __typename: 'Candle', close, timestamp, s: false };
      expect(format.write(...values)).toBe(JSON.stringify(expected));
      expect(ohlcvFormat.write(...values)).toBe(JSON.stringify([timestamp, ...numbers]));
    }),
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d has no text', (volume) => {
  const format = new JsonCandleFormat([{ name: 'open', field: 'open' }]);
  expect(format.write(0, 1, 1, 1, 1, volume, true)).toBeNull();
  expect(ohlcvFormat.write(0, 1, 1, 1, 1, volume, true)).toBeNull();
});

test('formats have the same key only if they write the same', () => {
  const keyOf = (...pairs: readonly (readonly [string, 'open' | 'close'])[]): string =>
    new JsonCandleFormat(pairs.map(([name, field]) => ({ name, field }))).key;
  const keys = [
    keyOf(['open', 'open']),
    keyOf(['close', 'open']),
    keyOf(['open', 'close']),
    keyOf(['open', 'open'], ['close', 'close']),
    keyOf(['close', 'close'], ['open', 'open']),
    ohlcvFormat.key,
  ];
  expect(new Set(keys).size).toBe(keys.length);
  expect(keyOf(['open', 'open'])).toBe(keyOf(['open', 'open']));
});
