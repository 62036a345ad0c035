import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clientErrorCodes, clientErrorMeanings } from '../../src/graphql/execution/error-codes.ts';
import { marketDataErrorCodes } from '../../src/market/errors.ts';
import { closeCode, closeMeanings, toCloseLabel } from '../../src/server/websocket/close-codes.ts';

const read = (page: string): string => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');

/** The first cells of the tables of a page whose first column is `code`. */
function codesIn(page: string): readonly string[] {
  const tables = read(page).matchAll(/^\| code +\|.*\n\| -.*\n((?:\|.*\n)+)/gm);
  return [...tables].flatMap(([, rows = '']) => rows.trim().split('\n')).map((row) => row.split('|')[1]?.trim() ?? '');
}

test('the documentation has a row for each close code, and none for another', () => {
  expect([...codesIn('subscriptions.md')].sort()).toEqual(Object.values(closeCode).map(String).sort());
});

test('each code has a sentence', () => {
  expect(Object.keys(clientErrorMeanings).sort()).toEqual([...clientErrorCodes].sort());
  expect(clientErrorCodes).toEqual(expect.arrayContaining([...marketDataErrorCodes]));
  for (const sentence of [...Object.values(clientErrorMeanings), ...Object.values(closeMeanings)]) {
    expect(sentence).toMatch(/^[A-Z].*\.$/);
  }
});

test('metrics have a label for each close code, and one for all that a client may make up', () => {
  for (const code of Object.values(closeCode)) expect(toCloseLabel(code)).toBe(String(code));
  expect(toCloseLabel(1000)).toBe('1000');
  expect(toCloseLabel(3000)).toBe('other');
});
