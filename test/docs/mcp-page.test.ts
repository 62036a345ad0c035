import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema/schema.ts';
import { maxResultBytes } from '../../src/server/mcp/presenting/report.ts';
import { guide, instructions } from '../../src/server/mcp/resources/guide.ts';
import { createTools } from '../../src/server/mcp/tools/toolbox.ts';
import { builtCommand, runProgram } from '../support/programs/run-program.ts';

const page = readFileSync(new URL('../../docs/mcp.md', import.meta.url), 'utf8');
const tools = createTools(schema);
const names = tools.map(({ name }) => name);

function readBlocks(language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);
}

test('the table has every tool, in the order in which agents see them', () => {
  const listed = [...page.matchAll(/^\| `([a-z_]+)` +\|/gm)].map(([, name]) => name);
  expect(listed.filter((name) => name?.includes('_'))).toEqual(names);
});

test('the configurations are JSON, and name the command and the path', () => {
  const [stdio = '', http = '', ...others] = readBlocks('json').map((text) => JSON.parse(text).mcpServers.tickql);
  expect(others).toEqual([]);
  expect(stdio).toMatchObject({ command: 'npx', args: ['-y', 'tickql', 'mcp'] });
  expect(http).toMatchObject({ url: 'http://localhost:4000/mcp' });
});

test('the command at the end prints a price', async () => {
  const [command = '', ...others] = readBlocks('sh');
  expect(others).toEqual([]);
  const { stdout } = await runProgram(['/bin/sh', '-c', command.replace('npx tickql', builtCommand.join(' '))]);
  expect(JSON.parse(stdout)).toMatchObject({ id: 1, result: { structuredContent: { simulated: true } } });
});

test('the page names the limit that holds', () => {
  expect(page).toContain('40,000 bytes');
  expect(maxResultBytes).toBeLessThan(40_000);
});

test('the guide fits into 3 KB, and every tool that texts name exists', () => {
  expect(Buffer.byteLength(guide)).toBeLessThanOrEqual(3072);
  const texts = [guide, instructions, page, ...tools.map(({ description }) => description)];
  const named = texts.flatMap((text) => text.match(/\b(?:get|list|search|screen|compare)_[a-z_]+/g) ?? []);
  expect(named.length).toBeGreaterThan(20);
  for (const name of named) expect(names).toContain(name);
});
