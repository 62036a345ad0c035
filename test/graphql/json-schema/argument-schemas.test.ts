import { expect, test } from 'vitest';
import { createFieldQuery } from '../../../src/graphql/fields/field-query.ts';
import { toArgumentSchemas } from '../../../src/graphql/json-schema/argument-schemas.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';

function argumentsOf(field: string) {
  return toArgumentSchemas(createFieldQuery(schema, { operation: 'query', path: [field], selection: '' }).arguments);
}

test('only arguments without a default that must be given are required', () => {
  expect(argumentsOf('candles').required).toEqual(['exchange', 'symbol']);
  expect(argumentsOf('indicators').required).toEqual(['exchange', 'of', 'symbol']);
});

test('bounds of arguments and of members of input objects are part of the schema', () => {
  const { limit, of } = argumentsOf('indicators').properties;
  expect(limit).toMatchObject({ type: 'integer', format: 'int32', minimum: 1, maximum: 1000, default: 100 });
  expect(of).toMatchObject({ type: 'array', minItems: 1, maxItems: 20 });
  expect(of?.items?.properties).toMatchObject({
    period: { type: 'integer', minimum: 1, maximum: 500 },
    deviations: { type: 'number', exclusiveMinimum: 0, maximum: 100 },
  });
  expect(argumentsOf('watchlist').properties.markets).toMatchObject({ maxItems: 1000 });
  expect(argumentsOf('exchanges').properties.ids).toMatchObject({ maxItems: 1000 });
});

test('a date-time is a text, or a number that cannot be epoch seconds', () => {
  const { since } = argumentsOf('candles').properties;
  expect(since?.anyOf).toEqual([
    { type: 'string', format: 'date-time' },
    { type: 'string', format: 'date' },
    { type: 'integer', format: 'int64', minimum: 0, maximum: 1_230_767_999 },
    { type: 'integer', format: 'int64', minimum: 100_000_000_000, maximum: 253_402_300_799_999 },
  ]);
});
