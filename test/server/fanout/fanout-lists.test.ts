import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { Fanout } from '../../../src/server/fanout/fanout.ts';

const fanout = new Fanout({ createContext: () => null, report: () => {} });
const list = parse('subscription ($of: [String!]!) { tickersUpdated(exchange: "sim", symbols: $of) { symbol last } }');
const find = (of: readonly string[], scope = '') =>
  fanout.findListed({ schema, document: list, variableValues: { of } }, scope);

test('lists of the same selection and scope share payloads, and the number of their markets is known', () => {
  const [two, three] = [find(['A/B', 'C/D']), find(['A/B', 'E/F', 'G/H'])];
  expect([two?.markets, three?.markets]).toEqual([2, 3]);
  expect(two?.payload).toBe(three?.payload);
  expect(find(['A/B'], 'another key')?.payload).not.toBe(two?.payload);
});

test('an operation on one market, and one with wrong variables, has no list', () => {
  const document = parse('subscription { tickerUpdated(exchange: "sim", symbol: "A/B") { last } }');
  expect(fanout.findListed({ schema, document }, '')).toBeNull();
  expect(fanout.findListed({ schema, document: list, variableValues: {} }, '')).toBeNull();
});
