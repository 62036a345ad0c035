import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { generateTypes, listDocuments } from '../../scripts/generate-page-types.ts';
import { listSources } from './import-graph.ts';

const documents = listDocuments();

test('every typed document of the page has its operations next to it', () => {
  const generated = listSources(fileURLToPath(new URL('../../web/src', import.meta.url)));
  const typed = generated.filter((file) => file.endsWith('.graphql.ts')).map((file) => file.replace(/\.ts$/, ''));
  expect(documents.length).toBeGreaterThan(0);
  expect(typed.sort()).toEqual([...documents].sort());
});

test.each(documents)('the types of %s are those of the schema: if not, run npm run codegen', async (document) => {
  const { file, text } = await generateTypes(document);
  expect(existsSync(file) ? readFileSync(file, 'utf8') : 'missing').toBe(text);
});
