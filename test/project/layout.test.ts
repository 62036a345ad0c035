import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findLarge } from './find-large.ts';

const root = resolve(import.meta.dirname, '../..');

const files = readdirSync(resolve(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
  .sort();

/** Folders whose tests are not about one file of src. */
const others = ['clients', 'docs', 'fuzz', 'project', 'scenarios', 'soak', 'support', 'venues'];

/**
 * `room/file-aspect.test.ts` may be about `src/room/file-aspect.ts` or about `src/room/file.ts`, and
 * `web/room/file.test.ts` about `web/src/room/file.ts`.
 */
function subjectsOf(test: string): readonly string[] {
  const words = test
    .replace(/\.test\.ts$/, '')
    .replace(/^(web\/)?/, '$1src/')
    .split('-');
  return words.map((_, index) => `${words.slice(0, words.length - index).join('-')}.ts`);
}

test('a test is named after the file of src or of web/src that it is about, or is a scenario', () => {
  const tests = files.filter((file) => file.endsWith('.test.ts') && !others.includes(file.split('/')[0] ?? ''));
  expect(tests.length).toBeGreaterThan(50);
  expect(tests.filter((file) => !subjectsOf(file).some((subject) => existsSync(resolve(root, subject))))).toEqual([]);
});

test('scenarios are grouped by topic', () => {
  expect(files.filter((file) => /^scenarios\/[^/]+$/.test(file))).toEqual([]);
});

test('no folder of tests holds more than 16 files', () => {
  expect(findLarge(files, 16)).toEqual([]);
});
