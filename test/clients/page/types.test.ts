import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listPageFiles, writePageFiles } from '../../support/page-code.ts';
import { checkTypes } from './check-types.ts';

/** What codegen.test.ts checks, with the types that are generated. */
const generated = ['src/rows.ts'];

test("all of the page's TypeScript passes the compiler", async () => {
  const files = listPageFiles('ts').filter((file) => !generated.includes(file));
  expect(files.length).toBeGreaterThan(8);
  const folder = writePageFiles({
    ...Object.fromEntries(files.map((file) => [file, {}])),
    'apollo-3.ts': { '@apollo/client': 'apollo-client-3' },
    'introspection.mjs': {},
  });
  copyFileSync(new URL('../../../schema.graphql', import.meta.url), join(folder.path, 'schema.graphql'));
  execFileSync(process.execPath, ['introspection.mjs'], { cwd: folder.path });
  expect(await checkTypes(folder.path, files)).toBe('');
  folder.remove();
});
