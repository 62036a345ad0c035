import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findLarge } from './find-large.ts';
import { compare, findArrows, findCycles, listSources, modulesOf, roomOf } from './import-graph.ts';
import { rooms } from './rooms.ts';

const src = resolve(import.meta.dirname, '../../src');

const files = listSources(src);

const arrows = findArrows(src);

/** The second folder of a path; '.' where the file is directly in its room. */
function folderOf(file: string): string {
  const [, folder = '', rest] = file.split('/');
  return rest === undefined ? '.' : folder;
}

const inOrder = { unlisted: [], unused: [] };

test('rooms.ts lists every room', () => {
  expect(Object.keys(rooms).sort()).toEqual([...new Set(files.map(roomOf))].sort());
});

test('rooms import only from those that rooms.ts lists, and from each of them', () => {
  const crossing = arrows.filter(({ from, to }) => roomOf(from) !== roomOf(to));
  const listed = Object.entries(rooms).flatMap(([room, { imports }]) => imports.map((other) => `${room} → ${other}`));
  expect(compare(crossing, listed, roomOf)).toEqual(inOrder);
});

describe.each(Object.entries(rooms))('%s', (room, { folders = { '.': [] } }) => {
  test('has the folders that rooms.ts lists', () => {
    const found = files.filter((file) => roomOf(file) === room).map(folderOf);
    expect([...new Set(found)].sort()).toEqual(Object.keys(folders).sort());
  });

  test('its folders import only from those that rooms.ts lists, and from each of them', () => {
    const inside = arrows.filter(
      ({ from, to }) => roomOf(from) === room && roomOf(to) === room && folderOf(from) !== folderOf(to),
    );
    const listed = Object.entries(folders).flatMap(([folder, others]) => others.map((other) => `${folder} → ${other}`));
    expect(compare(inside, listed, folderOf)).toEqual(inOrder);
  });
});

test('market imports from base only, and the rooms that work on market data do not import from each other', () => {
  expect(rooms.market?.imports).toEqual(['base']);
  for (const room of ['exchange', 'candles', 'cache', 'cluster', 'feed', 'indicators'])
    expect(rooms[room]?.imports).toEqual(['base', 'market']);
});

test('no file imports one that imports it back, at any distance', () => {
  expect(findCycles(arrows)).toEqual([]);
});

test('no folder imports from one that imports from it, at any depth and distance', () => {
  const between = arrows
    .map(({ from, to }) => ({ from: dirname(from), to: dirname(to) }))
    .filter(({ from, to }) => from !== to);
  expect(findCycles(between)).toEqual([]);
});

test('no folder holds more than 16 files', () => {
  expect(findLarge(files, 16)).toEqual([]);
});

test('only exchange/ imports ccxt', () => {
  const importing = files.filter((file) => readFileSync(join(src, file), 'utf8').includes("'ccxt'"));
  expect(importing.filter((file) => roomOf(file) !== 'exchange')).toEqual([]);
});

test('only indicators/ loads the library of indicators, and not before the first query needs it', () => {
  const naming = files.filter((file) => readFileSync(join(src, file), 'utf8').includes("'trading-signals'"));
  expect(naming).toEqual(['indicators/library.ts']);
  const loading = arrows.filter(({ to }) => to === 'indicators/calculations.ts').map(({ from }) => from);
  expect([...new Set(loading)]).toEqual(['indicators/indicator-queries.ts']);
  const text = readFileSync(join(src, 'indicators/indicator-queries.ts'), 'utf8');
  expect(text).toContain("return import('./calculations.ts')");
  expect(text).not.toMatch(/^import (?!type ).*calculations/m);
});

test('only cluster/ imports a client of Redis, and it is loaded only with REDIS_URL', () => {
  const importing = files.filter((file) => modulesOf(src, file).some((name) => name.startsWith('@redis/')));
  expect([...new Set(importing.map(roomOf))]).toEqual(['cluster']);
  const loading = arrows.filter(({ to }) => to === 'cluster/open-cluster.ts').map(({ from }) => from);
  expect(loading).toEqual(['app/wire-cluster.ts']);
  const text = readFileSync(join(src, 'app/wire-cluster.ts'), 'utf8');
  expect(text).toContain("await import('../cluster/open-cluster.ts')");
  // Other rooms know only its types.
  const others = files.filter((file) => roomOf(file) !== 'cluster');
  const byValue = others.filter((file) =>
    /^import (?!type )[^;]+'[./]+\/cluster\//m.test(readFileSync(join(src, file), 'utf8')),
  );
  expect(byValue).toEqual([]);
});

test('doors reach market data through the answer service only, so that cost, quotas and metrics apply', () => {
  const ofDoors = arrows.filter(({ from }) => from.startsWith('server/doors/'));
  const leaving = ofDoors.filter(({ to }) => !['base', 'server'].includes(roomOf(to)));
  expect(leaving.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test('graphql/ imports no transport', () => {
  const transports = ['ws', 'graphql-ws', 'graphql-yoga', 'node:http'];
  const importing = files.filter((file) => modulesOf(src, file).some((name) => transports.includes(name)));
  expect(importing.filter((file) => roomOf(file) === 'graphql')).toEqual([]);
});

test('OpenTelemetry is loaded only where traces are sent', () => {
  const importing = files.filter((file) => modulesOf(src, file).some((name) => name.startsWith('@opentelemetry/')));
  expect(importing.filter((file) => !file.startsWith('telemetry/tracing'))).toEqual([]);
  const loading = arrows.filter(({ to }) => /^telemetry\/tracing\/(open-telemetry|spans)/.test(to));
  expect(loading.filter(({ from }) => !from.startsWith('telemetry/tracing'))).toEqual([]);
});
