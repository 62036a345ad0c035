import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BuiltFile } from '../../../../src/server/doors/files/built-file.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickql-file-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name.replace(/\.gz$/, ''));
}

test('a file keeps the bytes that it had when it was opened', async () => {
  const path = write('page.txt', 'one');
  const file = new BuiltFile(path);
  write('page.txt', 'two');
  expect(String(await file.read('identity'))).toBe('one');
  expect(new BuiltFile(path).digest).not.toBe(file.digest);
});

test('a file that is only there compressed is decompressed once, for all clients', async () => {
  const file = new BuiltFile(write('page.html.gz', gzipSync('text')));
  expect(file.codings).toEqual(['gzip']);
  const [first, second] = await Promise.all([file.read('identity'), file.read('identity')]);
  expect(String(first)).toBe('text');
  expect(second).toBe(first);
});

test('a file that was not built is named', () => {
  expect(() => new BuiltFile(join(folder, 'page.html'))).toThrow(/page\.html was not built: run `npm run build`/);
});

test('a file of an unknown type is refused, rather than sent as something else', () => {
  expect(() => new BuiltFile(write('page.exe', ''))).toThrow(/no content type is known for .*page\.exe/);
});
