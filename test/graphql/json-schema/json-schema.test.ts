import { expect, test } from 'vitest';
import { type JsonSchema, orNull } from '../../../src/graphql/json-schema/json-schema.ts';

test.each<[JsonSchema, JsonSchema]>([
  [{ type: 'string' }, { type: ['string', 'null'] }],
  [
    { type: 'string', enum: ['A'] },
    { type: ['string', 'null'], enum: ['A', null] },
  ],
  [
    { $ref: '#/x', description: 'An x.' },
    { description: 'An x.', anyOf: [{ $ref: '#/x' }, { type: 'null' }] },
  ],
  // Not nested: code generators make a class of each level.
  [
    { anyOf: [{ type: 'string' }], examples: ['a'] },
    { anyOf: [{ type: 'string' }, { type: 'null' }], examples: ['a'] },
  ],
])('%j or null is %j', (schema, expected) => {
  expect(orNull(schema)).toEqual(expected);
});
