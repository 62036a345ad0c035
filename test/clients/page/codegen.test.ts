import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { checkTypes } from './check-types.ts';
import { usePageServer } from './page-server.ts';

const run = promisify(execFile);

const server = usePageServer(({ url }) => ({
  'codegen.ts': { 'http://localhost:4000/graphql': url },
  'src/rows.ts': {},
}));

// Each line marked with @ts-expect-error must be an error: as any or unknown it would be none.
const probe = `
import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core';
import { rowsQuery, toCloses } from './rows';

declare const result: ResultOf<typeof rowsQuery>;
const row = result.ohlcv?.[0];
export const closes: number[] = toCloses(result);
export const time: number | undefined = row?.[0];
// @ts-expect-error a row has six numbers
export const seventh = row?.[6];
export const receivedAt: number | undefined = result.ticker?.receivedAt;
export const datetime: string | null | undefined = result.ticker?.datetime;
// @ts-expect-error a DateTime is a text
export const date: Date | null | undefined = result.ticker?.datetime;
export const since: VariablesOf<typeof rowsQuery>[] = [
  { symbol: 'BTC/USDT', since: 0 },
  { symbol: 'BTC/USDT', since: '2024-01-01T00:00:00Z' },
  // @ts-expect-error an object is no DateTime
  { symbol: 'BTC/USDT', since: {} },
];
`;

let folder: string;

beforeAll(async () => {
  folder = server().folder.path;
  await run(process.execPath, ['node_modules/@graphql-codegen/cli/esm/bin.js', '--config', 'codegen.ts'], {
    cwd: folder,
  });
  writeFileSync(join(folder, 'src/probe.ts'), probe);
});

test('every scalar has its type, and a program that uses the documents passes the compiler', async () => {
  expect(readFileSync(join(folder, 'src/gql/graphql.ts'), 'utf8')).not.toMatch(/put: (any|unknown)\b/);
  expect(await checkTypes(folder, ['codegen.ts', 'src/rows.ts', 'src/probe.ts'])).toBe('');
});
