import { type DocumentNode, GraphQLError, getIntrospectionQuery, parse } from 'graphql';
import { expect, test } from 'vitest';
import { defaultQueryLimits } from '../../../src/graphql/cost/query-limits.ts';
import { measureDocument } from '../../../src/graphql/documents/document-size.ts';
import { createDocumentParser } from '../../../src/graphql/documents/parse-document.ts';
import { MarketDataError } from '../../../src/market/errors.ts';

const parseDocument = createDocumentParser(defaultQueryLimits);

function repeat(count: number, make: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index)).join(' ');
}

function rejectionOf(text: string, limits: Partial<typeof defaultQueryLimits> = {}): MarketDataError {
  try {
    createDocumentParser({ ...defaultQueryLimits, ...limits })(text);
  } catch (error) {
    if (error instanceof MarketDataError) return error;
    throw error;
  }
  throw new Error('it was not rejected');
}

const deep = (levels: number): string => `${'{ a '.repeat(levels)}${'}'.repeat(levels)}`;

test('the error names the limit, the actual value and the allowed value', () => {
  const error = rejectionOf(deep(14));
  expect(error.message).toBe('The document is 14 levels deep; it may have at most 12.');
  expect([error.code, error.retryable]).toEqual(['QUERY_TOO_COMPLEX', false]);
});

test.each([
  ['tokens', `{ ${repeat(2999, (index) => `a${index}`)} }`, 'The document has more than 3000 tokens'],
  ['depth', deep(13), 'The document is 13 levels deep; it may have at most 12.'],
  [
    'depth through fragments',
    `{ a { ...A } } fragment A on T { ${'b { '.repeat(6)} ...B ${'}'.repeat(6)} } fragment B on T ${deep(6)}`,
    'The document is 13 levels deep; it may have at most 12.',
  ],
  [
    'introspection depth',
    `{ __schema ${deep(21)} }`,
    'The document has 21 levels of introspection; it may have at most 20.',
  ],
  [
    'aliases',
    `{ ${repeat(101, (index) => `a${index}: b`)} }`,
    'The document has 101 aliases; it may have at most 100.',
  ],
  [
    'directives',
    `{ ${repeat(101, (index) => `a${index} @b`)} }`,
    'The document has 101 directives; it may have at most',
  ],
  ['directives in one place', '{ a @b @b @b @b @b @b }', 'The document has 6 directives in one place; it may have at'],
  ['directives of an operation', 'query A @a @a @a @a @a @a { b }', 'The document has 6 directives in one place'],
  ['directives of a variable', 'query A($b: C @a @a @a @a @a @a) { b }', 'The document has 6 directives in one place'],
  ['directives of a fragment', '{ ...A } fragment A on B @a @a @a @a @a @a { b }', 'The document has 6 directives in'],
  [
    'repeated fields',
    `{ ${'a '.repeat(51)} }`,
    'The document selects a 51 times in one place; it may do so at most 50 times.',
  ],
  [
    'repeated fields in fragments',
    `{ ${repeat(51, (index) => `...A${index}`)} } ${repeat(51, (index) => `fragment A${index} on T { a }`)}`,
    'The document selects a 51 times in one place',
  ],
  [
    'repeated fields below another field',
    `{ ${'a { b } '.repeat(26)} ${'a { b b } '.repeat(13)} }`,
    'selects b 52 times in',
  ],
  [
    'operations',
    repeat(21, (index) => `query A${index} { b }`),
    'The document has 21 operations; it may have at most 20.',
  ],
  [
    'fragments',
    repeat(101, (index) => `fragment A${index} on T${index} { b }`),
    'The document has 101 fragments; it may have at most 100.',
  ],
  [
    'fields through fragments',
    `{ ${repeat(50, (index) => `a${index} { ...A }`)} } fragment A on T { ${repeat(99, (index) => `b${index}`)} }`,
    'With its fragments expanded, the document has more than 5000 fields, which is the maximum.',
  ],
])('too many or too deep is rejected: %s', (_what, text, message) => {
  expect(rejectionOf(text).message).toContain(message);
});

test.each([
  ['tokens', `{ ${repeat(2998, (index) => `a${index}`)} }`],
  ['depth', deep(12)],
  ['introspection depth', `{ __schema ${deep(20)} }`],
  ['aliases', `{ ${repeat(100, (index) => `a${index}: b`)} }`],
  ['directives', `{ ${repeat(20, (index) => `a${index} @b @b @b @b @b`)} }`],
  ['repeated fields', `{ ${'a '.repeat(50)} ${repeat(50, (index) => `b${index} { a }`)} }`],
  ['repeated fields in two operations', `query A { ${'a '.repeat(50)} } query B { ${'a '.repeat(50)} }`],
  [
    "GraphiQL's introspection",
    getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, oneOf: true }),
  ],
  ['a thousand symbols', `{ tickers(exchange: "kraken", symbols: [${'"BTC/USD" '.repeat(1000)}]) { last } }`],
])('the maximum is accepted: %s', (_what, text) => {
  expect(parseDocument(text).kind).toBe('Document');
});

test('the settings change the limits', () => {
  expect(rejectionOf('{ a b c }', { maxTokens: 4 }).message).toContain('4 tokens');
  expect(rejectionOf('{ a { b } }', { maxDepth: 1 }).message).toContain('at most 1.');
  expect(rejectionOf('{ a: b }', { maxAliases: 0 }).message).toContain('at most 0.');
});

test('a syntax error is thrown unchanged', () => {
  expect(() => parseDocument('{ a')).toThrow(GraphQLError);
});

test('a document that overflows the stack of the parser is rejected', () => {
  const text = `{ a(b: ${'['.repeat(100_000)}${']'.repeat(100_000)}) }`;
  expect(rejectionOf(text, { maxTokens: 1_000_000 }).message).toBe('The document is nested too deeply to be parsed.');
});

/** The document, and how often its selection sets were visited. */
function watch(document: DocumentNode): { readonly document: DocumentNode; readonly visits: () => number } {
  let count = 0;
  const proxied = JSON.parse(JSON.stringify(document), (key, value) => {
    if (key !== 'selectionSet') return value;
    return Object.defineProperty({ ...value }, 'selections', {
      get: () => {
        count += 1;
        return value.selections;
      },
    });
  });
  return { document: proxied, visits: () => count };
}

test('fragments that spread each other twice are visited once', () => {
  const chain = repeat(90, (index) => `fragment A${index} on T { ...A${index + 1} ...A${index + 1} }`);
  const { document, visits } = watch(parse(`{ ...A0 } ${chain} fragment A90 on T { a }`));
  expect(measureDocument(document).selections).toBeGreaterThan(2 ** 90);
  expect(visits()).toBe(92);
});

test('fragments that form a cycle are measured, and so are two fragments with the same name', () => {
  const circle = measureDocument(parse('{ ...A } fragment A on T { a { ...B } } fragment B on T { b { ...A } }'));
  expect(circle).toMatchObject({ fragments: 2, operations: 1 });
  const twice = measureDocument(parse('{ ...A } fragment A on T { a: b c: d } fragment A on T { e: f }'));
  expect(twice.aliases).toBe(3);
});
