import { expect, test } from 'vitest';
import { createFieldQuery } from '../../../src/graphql/fields/field-query.ts';
import { toSelectionSchema } from '../../../src/graphql/json-schema/selection-schema.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';

function schemaOf(field: string, selection: string) {
  const { type } = createFieldQuery(schema, { operation: 'query', path: [field], selection });
  return toSelectionSchema(type, selection);
}

test('a field has the name that the selection gives it', () => {
  const ticker = schemaOf('ticker', '{ price: last symbol __typename }');
  expect(ticker.required).toEqual(['price', 'symbol', '__typename']);
  expect(ticker.properties).toMatchObject({ price: { type: ['number', 'null'] }, __typename: { const: 'Ticker' } });
});

test('null is a value of an enum that can be null, and of no other', () => {
  const market = schemaOf('market', '{ type optionType }').properties;
  expect(market?.optionType?.enum).toEqual(['CALL', 'PUT', null]);
  expect(market?.type?.enum).not.toContain(null);
});

test('a candle is a time and five numbers, also for tools that know no tuples', () => {
  const row = schemaOf('ohlcv', '').items;
  expect(row).toMatchObject({ type: 'array', minItems: 6, maxItems: 6, items: { type: 'number', format: 'double' } });
  expect(row?.prefixItems?.map(({ type }) => type)).toEqual(['integer', ...Array.from({ length: 5 }, () => 'number')]);
});

test('a field that does not exist and a fragment are refused', () => {
  expect(() => schemaOf('ticker', '{ price }')).toThrow('Ticker has no field price');
  expect(() => schemaOf('ticker', '{ ... on Ticker { last } }')).toThrow('fragments');
});
