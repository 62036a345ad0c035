import { expect, test } from 'vitest';
import type { SelectedObject } from '../../../../src/graphql/json-schema/selection-schema.ts';
import { SharedSchemas } from '../../../../src/server/openapi/document/shared-schemas.ts';

function ticker(...fieldNames: readonly string[]): SelectedObject {
  const selection = `{ ${fieldNames.join(' ')} }`;
  return { typeName: 'Ticker', selection, fieldNames, schema: { type: 'object', required: fieldNames } };
}

test('an object is written once, and the same type with other fields has a number', () => {
  const shared = new SharedSchemas();
  expect(shared.share(ticker('last', 'bid'))).toEqual({ $ref: '#/components/schemas/Ticker' });
  expect(shared.share(ticker('last', 'ask'))).toEqual({ $ref: '#/components/schemas/Ticker2' });
  expect(shared.share(ticker('last', 'bid'))).toEqual({ $ref: '#/components/schemas/Ticker' });
  expect(shared.share(ticker('id'))).toEqual({ type: 'object', required: ['id'] });
  expect(Object.entries(shared.all).map(([name, { required }]) => [name, required])).toEqual([
    ['Ticker', ['last', 'bid']],
    ['Ticker2', ['last', 'ask']],
  ]);
});
