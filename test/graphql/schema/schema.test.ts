import {
  buildClientSchema,
  getNamedType,
  introspectionFromSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';

test('schema.graphql is up to date', async () => {
  await expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toMatchFileSnapshot('../../../schema.graphql');
});

test('introspection returns the whole schema, with the specifications of its scalars', () => {
  const introspected = buildClientSchema(introspectionFromSchema(schema, { specifiedByUrl: true }));
  expect(printSchema(lexicographicSortSchema(introspected))).toBe(printSchema(lexicographicSortSchema(schema)));
  const scalars = Object.values(introspected.getTypeMap()).filter(isScalarType);
  const specified = scalars.filter(({ specifiedByURL }) => specifiedByURL?.startsWith('https://'));
  expect(specified.map(({ name }) => name).sort()).toEqual(['DateTime', 'OHLCV', 'Timeframe', 'Timestamp']);
});

test('the types that implement Node', () => {
  const node = schema.getType('Node');
  if (!isInterfaceType(node)) throw new TypeError('Node');
  const types = schema.getPossibleTypes(node).map(({ name }) => name);
  expect(types.sort()).toEqual(['Exchange', 'FundingRate', 'Market', 'OrderBook', 'Ticker']);
});

test('every type, field, argument and enum value has a description', () => {
  const missing: string[] = [];
  const check = (name: string, { description }: { readonly description?: string | null | undefined }): void => {
    if (!description) missing.push(name);
  };
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const standard = new Set(['ID', 'String', 'Int', 'Float', 'Boolean']);
  for (const type of types) {
    if (!standard.has(type.name)) check(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    if (!(isObjectType(type) || isInterfaceType(type) || isInputObjectType(type))) continue;
    for (const field of Object.values(type.getFields())) {
      check(`${type.name}.${field.name}`, field);
      if (!('args' in field)) continue;
      for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name}: ${getNamedType(arg.type)})`, arg);
    }
  }
  expect(missing).toEqual([]);
});
