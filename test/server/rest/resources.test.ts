import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { createResources } from '../../../src/server/rest/resources.ts';

const resources = createResources(schema);

describe.each(resources.map((resource) => [resource.operationId, resource] as const))('%s', (_id, resource) => {
  test('has a valid query', () => {
    expect(validate(schema, parse(resource.query.document))).toEqual([]);
  });

  test('has no parameter in its path or its example that its query lacks', () => {
    const names = resource.query.arguments.all.map(({ name }) => name);
    const inPath = [...resource.path.matchAll(/[:*](\w+)/g)].map(([, name]) => name);
    expect(names).toEqual(expect.arrayContaining(inPath));
    expect(names).toEqual(expect.arrayContaining(Object.keys(resource.example)));
    expect(Object.keys(resource.example)).toEqual(expect.arrayContaining(inPath));
  });
});

test('no two resources have the same path or operation', () => {
  expect(new Set(resources.map(({ path }) => path)).size).toBe(resources.length);
  expect(new Set(resources.map(({ operationId }) => operationId)).size).toBe(resources.length);
});
