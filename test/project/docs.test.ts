import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { settings } from '../../src/config/settings.ts';
import { clientErrorCodes } from '../../src/graphql/execution/error-codes.ts';
import { rooms } from './rooms.ts';

const root = resolve(import.meta.dirname, '../..');

/** Settings that are not a single value. */
const others = ['API_KEYS', 'CORS_ORIGINS', 'EXCHANGES', 'EXCHANGE_CONFIG', 'REDIS_URL'];

const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('docs', name));

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...docs];

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** A page without its code, in which brackets are no links. */
function readText(page: string): string {
  return read(page)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replaceAll('[', '').replaceAll(']', ''));
}

/** The section of a page that has this heading, with the sections below it. */
function readSection(page: string, heading: string): string {
  const [level = ''] = heading.split(' ', 1);
  const [, rest] = read(page).split(`\n${heading}\n`);
  if (rest === undefined) throw new Error(`${page} has no heading "${heading}"`);
  return rest.split(new RegExp(`^#{1,${level.length}} `, 'm'), 1)[0] ?? '';
}

/** The first cell of each row of the tables in a text. */
function readRows(text: string): readonly string[] {
  return [...text.matchAll(/^\| +([\w/]+) +\|/gm)].map(([, name = '']) => name);
}

/** Where the headings of a page can be linked to, as GitHub makes it. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = read(page)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .matchAll(/^#{1,6} (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function findBrokenLinks(page: string): readonly string[] {
  const links = [...readText(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    if (target.startsWith('..') || !existsSync(join(root, target))) return true;
    return anchor !== undefined && (statSync(join(root, target)).isDirectory() || !anchorsOf(target).has(anchor));
  });
}

test.each(pages)('every relative link of %s leads to a file and to a heading in it', (page) => {
  expect(findBrokenLinks(page)).toEqual([]);
});

test.each(pages)('every path of this repository that %s names exists', (page) => {
  const names = [...read(page).matchAll(/`((?:src|test|scripts|bench|docs|ops)\/[\w./-]*\w)`/g)];
  const missing = names.map(([, name = '']) => name).filter((name) => !existsSync(join(root, name)));
  expect(missing).toEqual([]);
});

test('the README has at most 200 lines, and leads to every page of docs/', () => {
  const readme = read('README.md');
  expect(readme.split('\n').length).toBeLessThanOrEqual(200);
  const below = [readme, read('docs/decisions/README.md'), read('CONTRIBUTING.md')].join('\n');
  const unreachable = docs.filter((page) => !below.includes(page.replace('docs/decisions/', '').replace('docs/', '')));
  expect(unreachable).toEqual([]);
});

test('the table of settings has a row for each setting, and none for another', () => {
  const names = readRows(read('docs/settings.md')).filter((name) => /^[A-Z_]+$/.test(name));
  expect([...names].sort()).toEqual([...Object.keys(settings), ...others].sort());
});

test('the table of errors has a row for each code, and none for another', () => {
  const codes = readRows(readSection('docs/freshness.md', '## Errors')).filter((name) => /^[A-Z_]+$/.test(name));
  expect([...codes].sort()).toEqual([...clientErrorCodes].sort());
});

test('the table of declined answers has a row for each reason, and none for another', () => {
  const sources = ['src/server/answers/declined.ts', 'src/server/doors/graphql-http.ts'].map(read).join('\n');
  const reasons = [...sources.matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, reason]) => reason);
  const section = readSection('docs/operations.md', '### Declined answers');
  expect([...section.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, reason]) => reason).sort()).toEqual(reasons.sort());
});

test.each([
  ['docs/architecture.md', /every 2, 4 and (\d+) intervals/],
  ['src/feed/polling/poll-schedule.ts', /every 2, 4 and (\d+) intervals/],
  ['ops/alerts.yaml', /(\d+) × POLL_INTERVAL_MS/],
])('%s says how slow polls become in parallel to a silent stream', (file, sentence) => {
  const [, slowest = 'unknown'] = read('src/feed/polling/poll-schedule.ts').match(/^const slowestPace = (\d+);/m) ?? [];
  const [, said] = read(file).match(sentence) ?? [];
  expect(said).toBe(slowest);
});

test('the table of alerts has a row for each alert, and none for another', () => {
  const alerts = [...read('ops/alerts.yaml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  const rows = readRows(readSection('docs/operations.md', '## Alerts')).filter((name) => name.startsWith('TickQL'));
  expect([...rows].sort()).toEqual(alerts.sort());
});

test('the tables of rooms and folders are those of the import graph', () => {
  const section = readSection('docs/architecture.md', '## The rooms');
  const listed = [...section.matchAll(/^\| src\/([\w.]+) +\|[^|]+\| ([\w, ]+?) +\|$/gm)].map(
    ([, room = '', imports = '']) => [
      room === 'main.ts' ? '.' : room,
      imports === 'nothing' ? [] : imports.split(', '),
    ],
  );
  expect(listed).toEqual(Object.entries(rooms).map(([room, { imports }]) => [room, [...imports].sort()]));
  const folders = [...section.matchAll(/^\| src\/(\w+\/[\w-]+) +\|/gm)].map(([, folder]) => folder);
  const known = Object.entries(rooms).flatMap(([room, { folders: inside = {} }]) =>
    Object.keys(inside).flatMap((name) => (name === '.' ? [] : [`${room}/${name}`])),
  );
  expect(folders.sort()).toEqual(known.sort());
});

test('every decision has its context, a measurement, the decision and what would change it', () => {
  for (const page of docs.filter((name) => /decisions\/(?!README)/.test(name))) {
    const parts = [...read(page).matchAll(/^\*\*(.+?)\*\*/gm)].map(([, title]) => title);
    expect([page, parts]).toEqual([page, ['Context.', 'Measured.', 'Decision.', 'What would change it.']]);
  }
});
