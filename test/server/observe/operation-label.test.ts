import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { toOperationLabel } from '../../../src/server/observe/operation-label.ts';

const labelOf = (text: string, name?: string): string => toOperationLabel(schema, parse(text), name);

test.each([
  ['{ ticker }', 'ticker'],
  ['{ a: ticker b: ticker }', 'ticker'],
  ['{ ticker __typename }', 'ticker'],
  ['{ ...F } fragment F on Query { ... { candles } ...F }', 'candles'],
  ['{ ...F ticker } fragment F on Query { candles }', 'several'],
  ['{ __schema { __typename } }', 'introspection'],
  ['{ nope }', 'invalid'],
  ['{ toString }', 'invalid'],
  ['{ ...Missing }', 'invalid'],
  ['mutation { ticker }', 'invalid'],
  ['subscription { tickerUpdated }', 'tickerUpdated'],
  ['query A { ticker } query B { candles }', 'invalid'],
])('%s is counted as %s', (text, label) => {
  expect(labelOf(text)).toBe(label);
});

test('of several operations, the requested one counts', () => {
  expect(labelOf('query A { ticker } query B { candles }', 'B')).toBe('candles');
  expect(labelOf('query A { ticker }', 'B')).toBe('invalid');
});
