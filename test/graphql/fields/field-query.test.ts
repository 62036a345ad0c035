import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { createFieldQuery } from '../../../src/graphql/fields/field-query.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';

const candles = createFieldQuery(schema, { operation: 'query', path: ['ohlcv'], selection: '' });
const markets = createFieldQuery(schema, {
  operation: 'query',
  path: ['exchange', 'markets'],
  selection: '{ nodes { symbol } }',
  rename: { id: 'exchange' },
});
const screen = createFieldQuery(schema, { operation: 'query', path: ['screen'], selection: '{ symbol last }' });

test.each([candles, markets, screen])('the document for $path is valid', ({ document }) => {
  expect(validate(schema, parse(document))).toEqual([]);
});

test('the document declares the arguments with their defaults', () => {
  expect(markets.document).toContain('query($exchange: ID!, ');
  expect(markets.document).toContain('$first: Int! = 50');
  expect(markets.document).toContain('{ exchange(id: $exchange) { markets(');
});

test('values that are valid become variables, and null is left out', () => {
  const values = { exchange: 'sim', symbol: 'BTC/USDT', limit: 5, since: '2026-01-01', until: null };
  expect(candles.arguments.toVariables(values)).toEqual({
    exchange: 'sim',
    symbol: 'BTC/USDT',
    limit: 5,
    since: '2026-01-01',
  });
});

test.each([
  [{ symbol: 'BTC/USDT' }, 'exchange is missing.'],
  [{ exchange: 'sim', symbol: 'BTC/USDT', limit: 'ten' }, 'limit must be a whole number, but it is "ten".'],
  [{ exchange: 'sim', symbol: 'BTC/USDT', limit: 1.5 }, 'limit must be a whole number, but it is 1.5.'],
  [
    { exchange: 'sim', symbol: 'BTC/USDT', limit: 2 ** 31 },
    'limit must be a whole number from 1 to 10000, but it is 2147483648.',
  ],
  [{ exchange: 'sim', symbol: 'BTC/USDT', since: 'yesterday' }, 'since is wrong: "yesterday" is not a valid date-time'],
  [{ exchange: 'sim', symbol: 'BTC/USDT', timeframe: '1x' }, 'timeframe is wrong: '],
  [{ exchange: 'sim', symbol: 'BTC/USDT', sinze: 0 }, 'There is no parameter "sinze"; did you mean since?'],
])('%j is refused', (values, message) => {
  expect(() => candles.arguments.toVariables(values)).toThrow(message);
});

test('a value of an enum that does not exist is refused with those that do', () => {
  expect(() => screen.arguments.toVariables({ exchange: 'sim', order: 'UP' })).toThrow(
    'order must be one of ASC, DESC, but it is "UP".',
  );
});
