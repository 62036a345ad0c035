import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { toDocumentBytes } from '../../../src/graphql/documents/document-bytes.ts';
import { countInterfaceFields } from '../../../src/graphql/documents/interface-fields.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';

test.each([
  ['{ exchanges { id } }', 0],
  ['{ node(id: "a") { id } }', 1],
  ['{ node(id: "a") { ... on Ticker { id last } } }', 0],
  ['{ a: node(id: "a") { id kind: __typename } b: node(id: "b") { ... on Market { id } id } }', 3],
  ['{ a: node(id: "a") { ...N } b: node(id: "b") { ...N } } fragment N on Node { id ... on Ticker { last } }', 2],
  ['{ node(id: "a") { ...N ...M } } fragment N on Node { id } fragment M on Market { base ...N }', 2],
])('%s selects %d fields of interfaces', (text, count) => {
  expect(countInterfaceFields(schema, parse(text))).toBe(count);
});

test('the estimate for a compiled document grows with each use of an interface, but not with the nodes of a page', () => {
  const compiled = (text: string): number => toDocumentBytes(parse(text)).compiled;
  expect(compiled('{ node(id: "a") { id } }')).toBe(compiled('{ exchange(id: "a") { id } }') + 20_000);
  expect(compiled('{ a: node(id: "a") { id } b: node(id: "a") { id } }')).toBeGreaterThan(46_000);
  expect(compiled('{ edges { node { id } } }')).toBe(compiled('{ edges { same { id } } }'));
});
