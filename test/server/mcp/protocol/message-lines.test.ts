import { once } from 'node:events';
import { expect, test } from 'vitest';
import { MessageLines } from '../../../../src/server/mcp/protocol/message-lines.ts';

async function readAll(chunks: readonly (string | Buffer)[], readLine = (line: string) => line): Promise<string> {
  const lines = new MessageLines({
    readLine: (line) => (line === 'no' ? null : readLine(line)),
    whenDone: async () => {},
  });
  for (const chunk of chunks) lines.write(chunk);
  lines.end();
  return Buffer.concat(await lines.toArray()).toString();
}

test('lines are put together from chunks, however they are divided, and the last one needs no end', async () => {
  const text = Buffer.from('first\n\nzweite Zeile: 😀\r\nno\nlast');
  const bytes = Array.from(text, (byte) => Buffer.from([byte]));
  for (const chunks of [[text], bytes]) expect(await readAll(chunks)).toBe('first\nzweite Zeile: 😀\r\nlast\n');
});

test('what is read of a line stands for it', async () => {
  expect(await readAll(['a\nb\n'], (line) => line.toUpperCase())).toBe('A\nB\n');
});

test('the output ends only when everything is done', async () => {
  let finish = (): void => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const lines = new MessageLines({ readLine: (line) => line, whenDone: () => done });
  lines.end('a');
  lines.resume();
  await new Promise(setImmediate);
  expect(lines.readableEnded).toBe(false);
  finish();
  await once(lines, 'end');
});

test('a line without an end does not fill the memory', async () => {
  const lines = new MessageLines({ readLine: (line) => line, whenDone: async () => {} });
  const failed = once(lines, 'error');
  for (let count = 0; count < 11; count += 1) lines.write(Buffer.alloc(1024 * 1024, 0x20));
  expect(await failed).toMatchObject([{ message: 'a line of the input is longer than 10 MB' }]);
});
