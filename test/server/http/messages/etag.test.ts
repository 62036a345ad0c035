import { expect, test } from 'vitest';
import { isNamedBy, toEtag } from '../../../../src/server/http/messages/etag.ts';

test('tags are equal only for equal bytes of the same media type', () => {
  const tag = toEtag('digest', '');
  expect(tag).toMatch(/^"[\w-]+"$/);
  expect(toEtag('digest', '')).toBe(tag);
  expect(toEtag('other', '')).not.toBe(tag);
  expect(toEtag('digest', '.g')).not.toBe(tag);
});

test.each([
  ['"a"', true],
  ['W/"a"', true],
  ['"b", W/"a" , "c"', true],
  ['"b","a"', true],
  ['*', true],
  [' * ', true],
  ['', false],
  ['a', false],
  ['"b"', false],
  ['"A"', false],
  ['"b,a"', false],
])('If-None-Match: %s names "a": %s', (header, expected) => {
  expect(isNamedBy(header, '"a"')).toBe(expected);
});
