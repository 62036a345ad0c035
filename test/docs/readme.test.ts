import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../support/server.ts';

const run = promisify(execFile);
const address = 'http://localhost:4000';

let running: AppServer;

beforeAll(async () => {
  running = await startServer({ config: { exchanges: ['sim'] } });
});

afterAll(() => running.stop());

const pages = ['README.md', 'docs/rest.md'].map((name) => {
  const text = readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.trim());
  return { name, commands: blocks.filter((block) => block.startsWith('curl ')) };
});

async function runCommand(command: string): Promise<string> {
  expect(command).toContain(address);
  const { origin } = new URL(running.url);
  // The file of the page would be written into this repository.
  const printed = command.replace(address, origin).replace(/-o [\w.]+ /, '');
  const { stdout } = await run('/bin/sh', ['-c', printed], { maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

const ticker = { symbol: 'BTC/USDT', last: expect.any(Number), stale: false };
const row = [expect.any(Number), ...Array.from({ length: 5 }, () => expect.any(Number))];

function check(command: string, output: string): void {
  if (command.includes('format=csv')) {
    const [header, ...lines] = output.trimEnd().split('\r\n');
    expect(header).toBe('timestamp,datetime,open,high,low,close,volume');
    expect(lines.length).toBeGreaterThan(20);
  } else if (command.includes('/historical')) expect(JSON.parse(output)).toEqual([row, row, row]);
  else if (command.includes('/graphql')) {
    expect(JSON.parse(output)).toEqual({ data: { ticker: { last: expect.any(Number), stale: false } } });
  } else expect(JSON.parse(output)).toMatchObject(ticker);
}

describe.runIf(existsSync('/usr/bin/curl') || process.env.CI)('the commands with curl', () => {
  test.each(pages.flatMap(({ name, commands }) => commands.map((command) => [name, command] as const)))(
    'of %s: %s',
    async (_name, command) => {
      check(command, await runCommand(command));
    },
  );

  test('are found', () => {
    expect(pages.map(({ commands }) => commands.length)).toEqual([4, 3]);
  });
});

test('the figure of the README is that of the benchmarks', () => {
  const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
  const toNumber = (text = ''): number => Number(text.replaceAll(',', ''));
  const [, claimed] = /answers ([\d,]+) queries for one ticker per second/.exec(read('README.md')) ?? [];
  const [, , measured] = /^\| one ticker +\| ([\d,]+) +\| ([\d,]+) +\|/m.exec(read('docs/benchmarks.md')) ?? [];
  expect(toNumber(claimed)).toBe(Math.round(toNumber(measured) / 1000) * 1000);
});
