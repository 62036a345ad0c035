import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listPageFiles, readPageBlocks } from '../support/page-code.ts';

const page = readFileSync(new URL('../../docs/clients.md', import.meta.url), 'utf8');
const languages = new Set([...page.matchAll(/^```(\w+)$/gm)].map(([, language = '']) => language));

/** The tests that run what the page says. */
const tests = [new URL('.', import.meta.url), new URL('../clients/page/', import.meta.url)].flatMap((folder) =>
  readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8')),
);

test('every piece of code on the page is run by a test', () => {
  const files = [...languages].flatMap(listPageFiles);
  expect(files.length).toBeGreaterThan(15);
  for (const file of files) expect(tests.filter((text) => text.includes(`'${file}'`)).length, file).toBeGreaterThan(0);
  // Commands, which curl.test.ts runs all.
  const nameless = [...languages].filter((language) => readPageBlocks(language).length > 0);
  expect(nameless).toEqual(['sh']);
});

test('what the page links to is there', () => {
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, text = '']) => text.toLowerCase().replaceAll(' ', '-'));
  const links = [...page.matchAll(/\]\(#(.+?)\)/g)].map(([, anchor]) => anchor);
  expect(new Set(links)).toEqual(new Set(headings));
});
