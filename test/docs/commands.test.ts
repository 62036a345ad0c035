import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandNames } from '../../src/commands/commands.ts';
import { builtCommand, runProgram } from '../support/programs/run-program.ts';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const toBlocks = (text: string): readonly string[] =>
  [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.trim());

const page = read('docs/commands.md');
const blocks = toBlocks(page);
const [ofReadme = ''] = toBlocks(read('README.md')).filter((text) => text.startsWith('npx tickql query'));
const [readmeQuery = '', readmeWatch = ''] = ofReadme.split('\n');

const toShell = (text: string): string => text.replaceAll('npx tickql', builtCommand.join(' '));

test('the page names every command', () => {
  for (const name of commandNames) expect(page).toContain(`tickql ${name}`);
  expect(blocks).toHaveLength(4);
});

test.each([readmeQuery, ...blocks.filter((text) => text.includes('tickql query'))])('%s prints data', async (text) => {
  const { code, stdout, stderr } = await runProgram(['/bin/sh', '-c', toShell(text)]);
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toEqual({ data: expect.any(Object) });
});

test('the command with live prices prints both markets', async () => {
  const watching = blocks.find((text) => text.includes('tickql watch')) ?? 'false';
  const command = `set -o pipefail; ${toShell(watching)} | head -n 6`;
  const { code, stdout, stderr } = await runProgram(['/bin/bash', '-c', command]);
  expect([code, stdout], stderr).toEqual([0, expect.stringMatching(/sim {2}BTC\/USDT[\s\S]*sim {2}ETH\/USDT/)]);
});

test('the command of the README prints live prices', async () => {
  const { code, stdout } = await runProgram([
    '/bin/bash',
    '-c',
    `set -o pipefail; ${toShell(readmeWatch)} | head -n 2`,
  ]);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/sim {2}BTC\/USDT/)]);
});

test('the program prints what its server answers', async () => {
  const [, program = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const module = new URL('../../dist/index.js', import.meta.url).href;
  const text = program.replace("from 'tickql'", `from ${JSON.stringify(module)}`);
  // A file, as a reader would have: `node -e` loads modules twice where node_modules is a link.
  const folder = mkdtempSync(join(tmpdir(), 'tickql-program-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'program.mjs');
  writeFileSync(file, text);
  const { code, stdout, stderr } = await runProgram([process.execPath, file]);
  expect([code, stdout], stderr).toEqual([0, '{"data":{"exchanges":[{"id":"sim"}]}}\n']);
});
