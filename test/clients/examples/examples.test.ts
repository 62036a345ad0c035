import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readPageFile } from '../../support/page-code.ts';
import { writtenHost } from './example-site.ts';

const examples = fileURLToPath(new URL('../../../examples', import.meta.url));
const read = (file: string): string => readFileSync(join(examples, file), 'utf8');

/** What belongs to the package, and what the examples share. */
const others = [
  '.gitignore',
  'README.md',
  'client.ts',
  'node_modules',
  'package-lock.json',
  'package.json',
  'tsconfig.json',
];

const names = readdirSync(examples).filter((name) => !others.includes(name));

const files = names.flatMap((name) => {
  const inside = name.includes('.')
    ? ['']
    : readdirSync(join(examples, name)).filter((file) => file !== 'gql' && file !== 'dist');
  return inside.map((file) => join(name, file));
});

test('every example is run by a test, and has a row in the README', () => {
  const tests = readdirSync(import.meta.dirname).filter(
    (file) => file.endsWith('.test.ts') && file !== basename(import.meta.filename),
  );
  const code = tests.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('\n');
  expect(names.length).toBeGreaterThan(7);
  expect(names.filter((name) => !new RegExp(`['/]${name.replace('.', '\\.')}['/]`).test(code))).toEqual([]);
  const rows = [...read('README.md').matchAll(/^\| \[([\w.-]+)\]\(([^)]+)\)/gm)].map(([, name, file = '']) => [
    name,
    files.includes(file),
  ]);
  expect(rows.sort()).toEqual(names.map((name) => [name, true]).sort());
});

test('every file has fewer than 60 lines', () => {
  const long = files.filter((file) => read(file).trimEnd().split('\n').length >= 60);
  expect(long).toEqual([]);
});

test('the commands of the README are scripts of the package, and these name what exists', () => {
  const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(read('package.json'));
  const named = [...read('README.md').matchAll(/npm run (\w+)/g)].map(([, name]) => name);
  expect([...new Set(named)].sort()).toEqual(Object.keys(scripts).sort());
  const targets = Object.values(scripts).map((script) => script.split(' ').at(-1) ?? '');
  expect(targets.filter((target) => !names.includes(target) && !files.includes(target))).toEqual([]);
});

test('the shared connection is the one of docs/clients.md', () => {
  expect(read('client.ts')).toBe(readPageFile('client.ts').replace('// client.ts\n', ''));
});

test('no example knows another address than that of a server on this machine', () => {
  const addresses = files.flatMap((file) => read(file).match(/(?:https?|wss?):\/\/[\w.:-]*/g) ?? []);
  expect(addresses.length).toBeGreaterThan(5);
  expect(addresses.filter((address) => address.split('//')[1] !== writtenHost)).toEqual([]);
});
