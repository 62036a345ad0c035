import { expect, test } from 'vitest';
import { chooseMediaType } from '../../../../src/server/http/messages/accept.ts';

const offered = ['application/json', 'text/csv'] as const;

test.each([
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/json'],
  ['text/csv', 'text/csv'],
  ['text/*', 'text/csv'],
  ['TEXT/CSV; charset=utf-8', 'text/csv'],
  ['text/csv, */*', 'text/csv'],
  ['*/*, text/csv', 'text/csv'],
  ['text/csv;q=0.5, application/json;q=0.9', 'application/json'],
  ['application/json;q=0, */*', 'text/csv'],
  ['application/json;q=0.000', null],
  ['text/csv; q=2', 'text/csv'],
  ['application/xml', null],
  ['nonsense', null],
])('Accept: %s wants %s', (accept, mediaType) => {
  expect(chooseMediaType(accept, offered)).toBe(mediaType);
});
