import { parse, print } from 'graphql';
import { describe, expect, test } from 'vitest';
import { toDocumentKey } from '../../../src/graphql/documents/event-document.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';

const keyOf = (text: string) => toDocumentKey(schema, parse(text));
const list = (given: string, header = '') =>
  `subscription ${header} { tickersUpdated(exchange: "kraken", ${given}) { symbol last } }`;
const literal = keyOf(list('symbols: ["A"]'));

describe('the digest', () => {
  test.each([
    ['another list', list('symbols: ["B", "C"]')],
    ['a list in a variable', list('symbols: $s', '($s: [String!]!)')],
    ['variables within a list', list('symbols: [$a, "B"]', '($a: String!)')],
    ['an optional argument', list('symbols: ["A"], skipUnknown: true')],
    ['an optional argument in a variable', list('skipUnknown: $k, symbols: ["A"]', '($k: Boolean! = true)')],
    ['another layout', list('symbols: ["A"]').replaceAll(' ', '\n # comment\n ')],
  ])('is the same with %s', (_what, text) => {
    const { digest, unusedVariables, eventDocument } = keyOf(text);
    expect(digest).toBe(literal.digest);
    expect(print(eventDocument)).toBe(print(literal.eventDocument));
    expect([...unusedVariables]).toEqual([...text.matchAll(/\$(\w+):/g)].map(([, name]) => name));
  });

  test('is the same with the list in a fragment', () => {
    const text = (symbols: string) =>
      `subscription { ...F } fragment F on Subscription { tickersUpdated(exchange: "kraken", symbols: ${symbols}) { last } }`;
    expect(keyOf(text('["A"]')).digest).toBe(keyOf(text('["B"]')).digest);
  });

  test('differs with another exchange, another field and another argument', () => {
    const others = [
      list('symbols: ["A"]').replace('kraken', 'binance'),
      list('symbols: ["A"]').replace('last', 'bid'),
      'subscription { tickerUpdated(exchange: "kraken", symbol: "A") { symbol last } }',
      'subscription { tickerUpdated(exchange: "kraken", symbol: "B") { symbol last } }',
    ];
    expect(new Set([literal, ...others.map(keyOf)].map(({ digest }) => digest)).size).toBe(5);
  });
});

test('a variable that is used elsewhere too stays, in the digest and among those that matter', () => {
  const text = list('symbols: ["A"], skipUnknown: $k', '($k: Boolean!)').replace('last', 'last @skip(if: $k)');
  const { unusedVariables, eventDocument } = keyOf(text);
  expect([...unusedVariables]).toEqual([]);
  expect(print(eventDocument)).toContain('$k: Boolean!');
});

test('arguments of other fields with the same name stay', () => {
  const text = 'query { tickers(exchange: "kraken", symbols: ["A"]) { last } }';
  const { digest, eventDocument } = keyOf(text);
  expect(digest).not.toBe(keyOf(text.replace('"A"', '"B"')).digest);
  expect(print(eventDocument)).toContain('"A"');
});

test('every argument that selects events exists, and can be left out or is a list', () => {
  const fields = Object.values(schema.getSubscriptionType()?.getFields() ?? {});
  const declared = fields.flatMap(({ args, extensions: { selectArguments } }) =>
    Array.isArray(selectArguments) ? selectArguments.map((name) => args.find((each) => each.name === name)) : [],
  );
  expect(declared.map((argument) => [argument?.name, String(argument?.type), argument?.defaultValue])).toEqual([
    ['symbols', '[String!]!', undefined],
    ['skipUnknown', 'Boolean!', false],
    ['markets', '[MarketInput!]!', undefined],
    ['skipUnknown', 'Boolean!', false],
  ]);
});
