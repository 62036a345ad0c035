import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');
const scripts: Readonly<Record<string, string>> = JSON.parse(read('package.json')).scripts;

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(new URL('docs', root), {
    recursive: true,
    encoding: 'utf8',
  })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
].filter((file) => existsSync(new URL(file, root)));

test('every script that a page names exists', () => {
  const named = pages.flatMap((page) => [...read(page).matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name));
  expect(named.length).toBeGreaterThan(5);
  expect([...new Set(named)].filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('every bench that a page names is listed, and every one that is listed exists', () => {
  const listed = [...read('bench/main.ts').matchAll(/^ {2}'?([\w-]+)'?: '/gm)].map(([, name = '']) => name);
  const named = pages.flatMap((page) => [...read(page).matchAll(/npm run bench -- ([\w-]+)/g)].map(([, name]) => name));
  expect(listed.length).toBeGreaterThan(0);
  expect(listed.filter((name) => !existsSync(new URL(`bench/${name}.ts`, root)))).toEqual([]);
  expect(listed).toEqual(expect.arrayContaining(named));
});

test('the benches have every file outside of src that the server reads', () => {
  const sources = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' });
  const outside = sources
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...read(`src/${file}`).matchAll(/new URL\('(?:\.\.\/)+([\w./-]+)', import\.meta\.url\)/g)])
    .map(([, path = '']) => path);
  expect(outside).toContain('package.json');
  // Of a file that is only there compressed, the code names the plain name.
  const copied = [...read('scripts/copy-for-benches.ts').matchAll(/^ {2}'(.+)',$/gm)].map(([, name = '']) => name);
  expect(outside.filter((path) => !copied.some((name) => name.startsWith(path)))).toEqual([]);
  expect(scripts['build:bench']).toMatch(/tsx scripts\/copy-for-benches\.ts$/);
});

test('.nvmrc names the oldest major version of Node that package.json allows', () => {
  const { engines } = JSON.parse(read('package.json'));
  expect(/^>=(\d+)\./.exec(engines.node)?.[1]).toBe(read('.nvmrc').trim());
});
