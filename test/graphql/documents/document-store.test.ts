import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { defaultQueryLimits } from '../../../src/graphql/cost/query-limits.ts';
import { DocumentStore } from '../../../src/graphql/documents/document-store.ts';
import { createDocumentParser } from '../../../src/graphql/documents/parse-document.ts';
import { createDocumentValidator } from '../../../src/graphql/documents/validate-document.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';

const megabyte = 1024 * 1024;

interface CountedStore {
  readonly store: DocumentStore;
  readonly parsed: () => number;
  readonly validated: () => number;
}

function createStore(): CountedStore {
  const parseDocument = createDocumentParser(defaultQueryLimits);
  const validate = createDocumentValidator(schema, { introspection: true });
  let parsed = 0;
  let validated = 0;
  const store = new DocumentStore({
    parse: (source) => {
      parsed += 1;
      return parseDocument(source);
    },
    validate: (document) => {
      validated += 1;
      return validate(document);
    },
  });
  return { store, parsed: () => parsed, validated: () => validated };
}

const small = (name: string): string => `{ exchange(id: "sim") { ${name}: id } }`;
const symbols = Array.from({ length: 1000 }, (_, index) => `"S${index}/USDT"`).join(' ');
const large = (name: string): string => `{ tickers(exchange: "sim", symbols: [${symbols}]) { ${name}: last } }`;

test('a document that was sent twice is kept and not parsed a third time', () => {
  const { store, parsed } = createStore();
  const first = store.get(small('a'));
  store.get(small('b'));
  expect(store.bytes.kept).toBe(0);
  expect(store.get(small('a'))).toBe(first);
  expect(store.bytes.kept).toBeGreaterThan(0);
  store.get(small('c'));
  expect(store.get(small('a'))).toBe(first);
  expect(parsed()).toBe(3);
});

test('asking again for the document of the same request does not count as sending it again', () => {
  const { store } = createStore();
  for (let time = 0; time < 5; time++) store.get(small('a'));
  expect(store.bytes.kept).toBe(0);
});

test('of a large document that was sent once only a digest is kept; when it is sent again, the document is kept', () => {
  const { store, parsed } = createStore();
  store.get(large('a'));
  store.get(small('b'));
  const { new: bytes } = store.bytes;
  expect(bytes).toBeLessThan(0.1 * megabyte);
  const second = store.get(large('a'));
  expect(parsed()).toBe(3);
  store.get(small('c'));
  expect(store.get(large('a'))).toBe(second);
  expect(store.bytes.kept).toBeGreaterThan(0.3 * megabyte);
});

test('documents that were sent once never evict a kept one, and use at most 2 MB', () => {
  const { store, parsed } = createStore();
  const text = small('hot');
  store.get(text);
  store.get(small('other'));
  const hot = store.get(text);
  for (let index = 0; index < 3000; index++) store.get(small(`once${index}`));
  expect(store.bytes.new).toBeLessThanOrEqual(2 * megabyte);
  expect(store.bytes.new).toBeGreaterThan(1.8 * megabyte);
  const before = parsed();
  expect(store.get(text)).toBe(hot);
  expect(parsed()).toBe(before);
});

test('documents that were sent twice use at most 32 MB; the least recently used are evicted', () => {
  const { store } = createStore();
  for (let index = 0; index < 100; index++) {
    for (const name of ['a', 'b', 'a']) store.get(large(`${name}${index}`));
    expect(store.bytes.kept).toBeLessThanOrEqual(32 * megabyte);
  }
  expect(store.bytes.kept).toBeGreaterThan(30 * megabyte);
  expect(store.has(large('a0'))).toBe(false);
  expect(store.has(large('a99'))).toBe(true);
});

test('an invalid document is validated once per request and never kept', () => {
  const { store, validated } = createStore();
  const text = '{ exchange(id: "sim") { nme } }';
  const { document, errors } = store.get(text);
  expect(errors.map(({ message }) => message)).toEqual([
    'Cannot query field "nme" on type "Exchange". Did you mean "name"?',
  ]);
  expect(store.errorsOf(store.get(text).document)).toBe(errors);
  expect(validated()).toBe(1);
  store.get(small('a'));
  expect(store.get(text).document).toBe(document);
  store.get(small('b'));
  store.get(text);
  expect(store.bytes.kept).toBe(0);
});

test('validation errors have no stack trace, which would keep all objects of the validation in memory', () => {
  const { store } = createStore();
  const [error] = store.get('{ nothing }').errors;
  expect(error?.stack).not.toContain('\n    at ');
});

test('a syntax error is thrown each time, and nothing is stored', () => {
  const { store, parsed } = createStore();
  for (let time = 0; time < 3; time++) expect(() => store.get('{')).toThrow('Syntax Error');
  expect(parsed()).toBe(3);
  expect(store.bytes).toEqual({ kept: 0, new: 0 });
});

test('the document of an open operation is not parsed again', () => {
  const open = parse(small('open'));
  const { store, parsed, validated } = createStore();
  store.retain(small('open'), open);
  expect(store.has(small('open'))).toBe(true);
  expect(store.get(small('open')).document).toBe(open);
  expect(store.errorsOf(open)).toEqual([]);
  expect([parsed(), validated()]).toEqual([0, 0]);
  store.release(small('open'));
  expect(store.findOpen(small('open'))).toBeUndefined();
});

test('a document that is not in the store is validated as it is', () => {
  const { store } = createStore();
  store.get('{ nothing }');
  expect(store.errorsOf(parse('{ nothing }'))).toHaveLength(1);
  expect(store.errorsOf(parse(small('a'), { noLocation: true }))).toEqual([]);
});
