import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clientErrorCodes, clientErrorMeanings } from '../../src/graphql/execution/error-codes.ts';
import { marketDataErrorCodes } from '../../src/market/errors.ts';
import { closeCode, closeMeanings, toCloseLabel } from '../../src/server/websocket/close-codes.ts';

const read = (page: string): string => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');

/** The rows of a page's tables that match: code and sentence. */
function readMeanings(page: string, row: RegExp): Readonly<Record<string, string>> {
  return Object.fromEntries([...read(page).matchAll(row)].map(([, code = '', sentence = '']) => [code, sentence]));
}

test('the documentation explains each close code in the words of the code', () => {
  const byName = new Map(Object.entries(closeMeanings));
  const meanings = Object.entries(closeCode).map(([name, code]) => [String(code), byName.get(name)]);
  expect(readMeanings('subscriptions.md', /^\| (\d{4}) +\| (.*?) +\|$/gm)).toEqual(Object.fromEntries(meanings));
});

test('the documentation explains each error code in the words of the code', () => {
  expect(Object.keys(clientErrorMeanings).sort()).toEqual([...clientErrorCodes].sort());
  expect(clientErrorCodes).toEqual(expect.arrayContaining([...marketDataErrorCodes]));
  expect(readMeanings('freshness.md', /^\| ([A-Z_]{4,}) +\| (.*?) +\|$/gm)).toEqual(clientErrorMeanings);
});

test('metrics have a label for each close code, and one for all that a client may make up', () => {
  for (const code of Object.values(closeCode)) expect(toCloseLabel(code)).toBe(String(code));
  expect(toCloseLabel(1000)).toBe('1000');
  expect(toCloseLabel(3000)).toBe('other');
});
