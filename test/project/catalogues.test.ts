import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clientErrorCodes, clientErrorMeanings } from '../../src/graphql/execution/error-codes.ts';
import { marketDataErrorCodes } from '../../src/market/errors.ts';
import { closeCode, closeMeanings, toCloseLabel } from '../../src/server/websocket/close-codes.ts';

const root = new URL('../../', import.meta.url);

const pages: readonly string[] = [
  'README.md',
  ...readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((name) => readFileSync(new URL(name, root), 'utf8'));

/** The first cells of all tables whose first column has this name, in the README and the pages of docs/. */
function firstCells(column: string): readonly string[] {
  const table = new RegExp(`^\\| ${column} +\\|.*\\n\\| -.*\\n((?:\\|.*\\n)+)`, 'gm');
  return pages
    .flatMap((page) => [...page.matchAll(table)])
    .flatMap(([, rows = '']) => rows.trim().split('\n'))
    .map((row) => row.split('|')[1]?.trim() ?? '');
}

test('the documentation has a row for each error code, and none for another', () => {
  const cells = firstCells('code');
  const codes = new Set(cells.flatMap((cell) => cell.match(/[A-Z][A-Z_]+/g) ?? []));
  expect([...codes].sort()).toEqual([...clientErrorCodes].sort());
});

test('the documentation has a row for each close code, and none for another', () => {
  expect([...firstCells('close code')].sort()).toEqual(Object.values(closeCode).map(String).sort());
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
