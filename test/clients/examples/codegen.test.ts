import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPageFile } from '../../support/page-code.ts';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { hasBrowser, launchBrowser, openPage } from './browser.ts';
import { serveFolder, writtenHost } from './example-site.ts';

const run = promisify(execFile);
const examples = fileURLToPath(new URL('../../../examples', import.meta.url));
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

let server: BuiltServer;
let folder: string;

beforeAll(async () => {
  server = await startServer({ built: { env: { EXCHANGES: 'sim' } } });
  folder = mkdtempSync(join(tmpdir(), 'tickql-example-'));
  cpSync(join(examples, 'codegen'), join(folder, 'codegen'), {
    recursive: true,
    filter: (path) => !path.endsWith('/gql'),
  });
  for (const file of ['package.json', 'tsconfig.json']) cpSync(join(examples, file), join(folder, file));
  symlinkSync(join(examples, 'node_modules'), join(folder, 'node_modules'));
  for (const file of ['codegen/codegen.ts', 'codegen/main.ts']) {
    const code = readFileSync(join(folder, file), 'utf8');
    expect(code).toContain(writtenHost);
    writeFileSync(join(folder, file), code.replaceAll(writtenHost, `127.0.0.1:${server.port}`));
  }
  const generator = 'node_modules/.bin/graphql-codegen';
  await run(process.execPath, [generator, '--config', 'codegen/codegen.ts'], { cwd: folder });
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('the four scalars have their types, and the program passes the compiler', async () => {
  const generated = readFileSync(join(folder, 'codegen/gql/graphql.ts'), 'utf8');
  expect(generated).toContain('timeframe: string;');
  expect(generated).toContain('since?: string | number | null');
  expect(generated).toContain('ohlcv: Array<[timestamp: number, ');
  expect(generated).toContain('datetime: string | null');
  expect(generated).toContain('receivedAt: number');
  const configuration = { extends: './tsconfig.json', include: ['codegen'], exclude: ['node_modules'] };
  writeFileSync(join(folder, 'tsconfig.check.json'), JSON.stringify(configuration));
  await expect(run(process.execPath, [compiler, '-p', 'tsconfig.check.json'], { cwd: folder })).resolves.toEqual({
    stdout: '',
    stderr: '',
  });
});

test('the configuration is the one of docs/clients.md, for other files', () => {
  const example = readFileSync(join(examples, 'codegen/codegen.ts'), 'utf8');
  const inDocs = readPageFile('codegen.ts').replace('// codegen.ts\n', '');
  expect(example).toBe(inDocs.replace('src/**/*.ts', 'codegen/main.ts').replace('src/gql/', 'codegen/gql/'));
});

describe.runIf(hasBrowser)('the page', () => {
  test('it shows the candles of a day and the ticker', async () => {
    const vite = 'node_modules/vite/bin/vite.js';
    await run(process.execPath, [vite, 'build', 'codegen', '--logLevel', 'error'], { cwd: folder });
    const site = await serveFolder(join(folder, 'codegen/dist'), {});
    const browser = await launchBrowser();
    const { page, complaints, origins } = await openPage(browser, site.url);
    await page.getByText(/received at/).waitFor();
    const lines = (await page.locator('pre').innerText()).split('\n');
    expect(lines.slice(0, -1)).toEqual(
      lines.slice(1).map(() => expect.stringMatching(/^[\d-]+T\d\d:00:00.000Z \d+\.\d\d$/)),
    );
    expect(lines.length).toBeGreaterThan(20);
    expect([complaints, [...origins]]).toEqual([[], [server.origin]]);
    await browser.close();
    site.close();
  });
});
