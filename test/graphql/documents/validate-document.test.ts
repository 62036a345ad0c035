import {
  type DocumentNode,
  type GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { defaultQueryLimits } from '../../../src/graphql/cost/query-limits.ts';
import { createDocumentParser } from '../../../src/graphql/documents/parse-document.ts';
import { createDocumentValidator } from '../../../src/graphql/documents/validate-document.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { casesOf, generated } from '../../fuzz/dice.ts';
import { plausibleOperation } from '../../fuzz/documents/documents.ts';
import { mutate } from '../../fuzz/documents/mutations.ts';

const withIntrospection = createDocumentValidator(schema, { introspection: true });
const withoutIntrospection = createDocumentValidator(schema, { introspection: false });
const parseWithin = createDocumentParser(defaultQueryLimits);

/** What this server adds to the rules of the specification. */
const own = /^@\w+ is not allowed on the root field of a subscription/;

const toTexts = (errors: readonly GraphQLError[]): readonly string[] =>
  errors.filter(({ message }) => !own.test(message)).map((error) => JSON.stringify(error));

/** Null for a document that is not even parsed. */
function parsed(text: string): DocumentNode | null {
  try {
    return parseWithin(text);
  } catch {
    return null;
  }
}

// Not the attacks of the fuzzer: they are about limits, and take a hundred times as long.
const documents = generated((dice) => {
  const { query } = plausibleOperation(dice);
  return dice.chance(60) ? mutate(dice, query) : query;
});

test('errors are those of graphql-js, for plausible and mutated documents', () => {
  const seen = { valid: 0, invalid: 0 };
  for (const { value: text } of casesOf(documents, 16, 0, 200)) {
    const document = parsed(text);
    if (!document) continue;
    const options = { maxErrors: 20 };
    const found = withIntrospection(document);
    // Beyond the maximum, errors of this server's own rule take the place of others.
    if (found.length > options.maxErrors) continue;
    expect(toTexts(found), text).toEqual(toTexts(validate(schema, document, specifiedRules, options)));
    const closed = [...specifiedRules, NoSchemaIntrospectionCustomRule];
    expect(toTexts(withoutIntrospection(document)), text).toEqual(
      toTexts(validate(schema, document, closed, { ...options, hideSuggestions: true })),
    );
    seen[found.length > 0 ? 'invalid' : 'valid'] += 1;
  }
  expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(25);
});

const ticker = 'ticker(exchange: "sim", symbol: "BTC/USDT")';

describe('a document with a single mistake', () => {
  test.each([
    ['an unknown variable', `{ ticker(exchange: $a, symbol: "BTC/USDT") { last } }`],
    ['an unused variable', `query ($a: Int) { ${ticker} { last } }`],
    ['a variable twice', `query ($a: ID!, $a: ID!) { ticker(exchange: $a, symbol: "BTC/USDT") { last } }`],
    ['a variable of an output type', `query ($a: Ticker) { ticker(exchange: $a, symbol: "BTC/USDT") { last } }`],
    ['a variable in the wrong place', 'query ($a: Int) { ticker(exchange: $a, symbol: "BTC/USDT") { last } }'],
    ['an unknown fragment', `{ ${ticker} { ...A } }`],
    ['an unused fragment', `{ ${ticker} { last } } fragment A on Ticker { last }`],
    ['a fragment twice', `{ ${ticker} { ...A } } fragment A on Ticker { last } fragment A on Ticker { bid }`],
    ['a fragment in itself', `{ ${ticker} { ...A } } fragment A on Ticker { last ...A }`],
    ['a fragment on another type', `{ ${ticker} { ...A } } fragment A on Candle { open }`],
    ['a fragment on a scalar', `{ ${ticker} { ... on String { last } } }`],
    ['an unknown directive', `{ ${ticker} { last @a } }`],
    ['a directive twice', `{ ${ticker} { last @skip(if: true) @skip(if: true) } }`],
    ['a directive of an unknown argument', `{ ${ticker} { last @skip(if: true, a: 1) } }`],
    ['a directive without its argument', `{ ${ticker} { last @skip } }`],
    ['an argument twice', '{ ticker(exchange: "sim", symbol: "BTC/USDT", symbol: "BTC/USDT") { last } }'],
    ['a missing argument', '{ ticker(exchange: "sim") { last } }'],
    ['an unknown field', `{ ${ticker} { lst } }`],
    ['a value of another type', '{ ticker(exchange: "sim", symbol: 1) { last } }'],
    ['a scalar with fields', `{ ${ticker} { last { a } } }`],
    ['two fields of one name', `{ ${ticker} { last last: bid } }`],
    ['two operations of one name', `query A { ${ticker} { last } } query A { ${ticker} { last } }`],
    ['two operations without a name', `{ ${ticker} { last } } { ${ticker} { bid } }`],
    ['a definition of a type', `{ ${ticker} { last } } type A { a: Int }`],
  ])('%s', (_mistake, text) => {
    const document = parse(text);
    const errors = withIntrospection(document);
    expect(errors).not.toEqual([]);
    expect(toTexts(errors)).toEqual(toTexts(validate(schema, document)));
  });
});

test('a document without its text is validated by all rules', () => {
  const document = parse('{ ticker(exchange: $a, symbol: "BTC/USDT") { last } }', { noLocation: true });
  expect(withIntrospection(document)).toHaveLength(1);
});

test('after 20 errors, the rest of a document is not validated', () => {
  const names = Array.from({ length: 45 }, (_, index) => `a${index}`).join(' ');
  const errors = withIntrospection(parse(`{ ${names} }`));
  expect(errors).toHaveLength(21);
  expect(errors.at(-1)?.message).toContain('Validation aborted');
});

test('the root field of a subscription must not be conditional', () => {
  const feed = 'tickerUpdated(exchange: "sim", symbol: "BTC/USDT")';
  const messages = (text: string): readonly string[] => withIntrospection(parse(text)).map(({ message }) => message);
  expect(messages(`subscription { ${feed} { last @skip(if: true) } }`)).toEqual([]);
  expect(messages(`subscription { ${feed} @skip(if: true) { last } }`)).toEqual([expect.stringMatching(own)]);
  expect(messages(`subscription { ...A } fragment A on Subscription { ${feed} @include(if: true) { last } }`)).toEqual([
    expect.stringMatching(own),
  ]);
});
