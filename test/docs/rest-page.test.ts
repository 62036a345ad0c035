import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema/schema.ts';
import { errorStatuses } from '../../src/server/http/messages/statuses.ts';
import { createResources } from '../../src/server/rest/resources.ts';
import { createStreamResources } from '../../src/server/rest/stream-resources.ts';
import { toTemplate } from '../../src/server/rest/unknown-path-route.ts';

function read(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
}

test('the table of resources has every path, and no other', () => {
  const listed = [...read('rest.md').matchAll(/^\| (\/api\/\S+)/gm)].map(([, path]) => path);
  const paths = [...createResources(schema), ...createStreamResources(schema)].map(({ path }) => toTemplate(path));
  expect(listed.sort()).toEqual([...paths, '/api/historical'].sort());
});

test('the table of statuses has every code with its status', () => {
  const rows = [...read('rest.md').matchAll(/^\| (\d{3}) +\| ([^|;]+)/gm)];
  const listed = rows.flatMap(([, status, codes = '']) =>
    [...codes.matchAll(/[A-Z_]{5,}/g)].map(([code]) => [code, Number(status)]),
  );
  expect(Object.fromEntries(listed)).toEqual(errorStatuses);
});
