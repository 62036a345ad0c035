import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settings } from '../../src/config/settings.ts';

/** Those that are no single value. */
const others = ['API_KEYS', 'CORS_ORIGINS', 'EXCHANGES', 'EXCHANGE_CONFIG'];

test('the README has a row for each setting, and none for another', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const tables = readme.slice(readme.indexOf('## Settings'), readme.indexOf('## Operations'));
  const rows = [...tables.matchAll(/^\| ([A-Z_, ]+?) +\|/gm)].flatMap(([, names = '']) => names.split(', '));
  expect(rows.sort()).toEqual([...Object.keys(settings), ...others].sort());
});
