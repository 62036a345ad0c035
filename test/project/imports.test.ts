import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const src = resolve(import.meta.dirname, '../../src');

/** What each folder of src may import from, besides itself; '.' are the files at the top. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  base: [],
  config: ['base'],
  market: ['base'],
  exchange: ['base', 'market'],
  candles: ['base', 'market'],
  cache: ['base', 'market'],
  feed: ['base', 'market'],
  graphql: ['base', 'feed', 'market'],
  server: ['base', 'graphql', 'feed', 'market'],
  telemetry: ['base', 'exchange', 'market'],
  app: ['base', 'config', 'telemetry', 'server', 'graphql', 'feed', 'cache', 'candles', 'exchange', 'market'],
  '.': ['app'],
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

function layerOf(file: string): string {
  const [folder = '.', rest] = file.split('/');
  return rest === undefined ? '.' : folder;
}

/** Every module named by an import, a re-export or a dynamic import of a file. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(src, file), 'utf8');
  return [...text.matchAll(/(?:from\s+|import\s+|import\(\s*)'([^']+)'/g)].map(([, name = '']) => name);
}

function local(file: string): readonly string[] {
  return importsOf(file)
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(src, resolve(src, file, '..', name)));
}

test('every folder of src is a known layer', () => {
  expect([...new Set(files.map(layerOf))].sort()).toEqual(Object.keys(allowed).sort());
});

test.each(files)('%s imports only what its layer may', (file) => {
  const layer = layerOf(file);
  const foreign = local(file)
    .map(layerOf)
    .filter((other) => other !== layer);
  expect(allowed[layer]).toEqual(expect.arrayContaining(foreign));
});

test('only exchange/ imports ccxt', () => {
  const importing = files.filter((file) => readFileSync(join(src, file), 'utf8').includes("'ccxt'"));
  expect(importing.filter((file) => layerOf(file) !== 'exchange')).toEqual([]);
});

test('graphql/ knows no transport', () => {
  const transports = ['ws', 'graphql-ws', 'graphql-yoga', 'node:http'];
  const importing = files.filter((file) => importsOf(file).some((name) => transports.includes(name)));
  expect(importing.filter((file) => layerOf(file) === 'graphql')).toEqual([]);
});

test('no file imports one that imports it back, at any distance', () => {
  const graph = new Map(files.map((file) => [file, local(file)]));
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    (graph.get(from) ?? []).some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  expect(files.filter((file) => reaches(file, file, new Set()))).toEqual([]);
});

test('OpenTelemetry is loaded by nothing that is always loaded', () => {
  const importing = files.filter((file) => importsOf(file).some((name) => name.startsWith('@opentelemetry/')));
  expect(importing.filter((file) => !file.startsWith('telemetry/tracing'))).toEqual([]);
  const lazily = files.filter((file) =>
    local(file).some((name) => /^telemetry\/tracing\/(open-telemetry|spans)/.test(name)),
  );
  expect(lazily.filter((file) => !file.startsWith('telemetry/tracing'))).toEqual([]);
});
