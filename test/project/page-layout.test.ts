import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findLarge } from './find-large.ts';
import { compare, findArrows, findCycles, listSources, roomOf } from './import-graph.ts';
import { pageRooms } from './page-rooms.ts';

const src = resolve(import.meta.dirname, '../../web/src');

const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name).slice(src.length + 1));

const arrows = findArrows(src);

const written = files.filter((file) => !file.endsWith('.graphql.ts'));

test('page-rooms.ts lists every folder of the page', () => {
  expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(pageRooms).sort());
});

test('folders of the page import only from those that page-rooms.ts lists, and from each of them', () => {
  const crossing = arrows.filter(({ from, to }) => roomOf(from) !== roomOf(to));
  const listed = Object.entries(pageRooms).flatMap(([room, others]) => others.map((other) => `${room} → ${other}`));
  expect(compare(crossing, listed, roomOf)).toEqual({ unlisted: [], unused: [] });
});

test('imports of the page point one way, between its folders and between its files', () => {
  const order = Object.keys(pageRooms);
  for (const [room, others] of Object.entries(pageRooms))
    expect([room, others.filter((other) => order.indexOf(other) >= order.indexOf(room))]).toEqual([room, []]);
  expect(findCycles(arrows)).toEqual([]);
});

test('the page imports nothing of the server, which is not part of what a browser loads', () => {
  expect(arrows.filter(({ to }) => to.startsWith('..'))).toEqual([]);
});

test('no folder of the page holds more than 16 files, apart from generated ones', () => {
  expect(findLarge(written, 16)).toEqual([]);
});

test('no file of the page has more than 200 lines, and each has a kebab-case name', () => {
  const long = written.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 201);
  expect(long).toEqual([]);
  expect(written.filter((file) => !/^[a-z\d]+(?:-[a-z\d]+)*\.(?:tsx?|css|graphql)$/.test(basename(file)))).toEqual([]);
});

test('every component, module and style sheet of the page is used', () => {
  const used = new Set(['main.tsx', ...arrows.map(({ to }) => to)]);
  const unused = written.filter((file) => !file.endsWith('.graphql') && !used.has(file));
  expect(unused).toEqual([]);
  expect(listSources(src).length).toBeGreaterThan(20);
});
