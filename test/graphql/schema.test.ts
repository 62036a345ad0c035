import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';

test('schema.graphql is what the code prints', async () => {
  await expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toMatchFileSnapshot('../../schema.graphql');
});

test('every type, field, argument and enum value carries a description', () => {
  const missing: string[] = [];
  const note = (name: string, { description }: { readonly description?: string | null | undefined }): void => {
    if (!description) missing.push(name);
  };
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const standard = new Set(['ID', 'String', 'Int', 'Float', 'Boolean']);
  for (const type of types) {
    if (!standard.has(type.name)) note(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) note(`${type.name}.${value.name}`, value);
    if (!(isObjectType(type) || isInterfaceType(type) || isInputObjectType(type))) continue;
    for (const field of Object.values(type.getFields())) {
      note(`${type.name}.${field.name}`, field);
      if (!('args' in field)) continue;
      for (const arg of field.args) note(`${type.name}.${field.name}(${arg.name}: ${getNamedType(arg.type)})`, arg);
    }
  }
  expect(missing).toEqual([]);
});
