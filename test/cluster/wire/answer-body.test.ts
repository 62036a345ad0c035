import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readBody, writeBody } from '../../../src/cluster/wire/answer-body.ts';
import { type Json, MalformedMessage } from '../../../src/cluster/wire/fields.ts';

async function read(body: Buffer): Promise<readonly unknown[]> {
  const pieces: unknown[] = [];
  for await (const piece of readBody(body)) pieces.push(piece);
  return pieces;
}

const texts = fc.array(fc.oneof(fc.string(), fc.constantFrom('\u00fc\u20ac\u{1f600}', '\ud800', '\n\u2028\u0000')), {
  maxLength: 5,
});

test('the pieces are read as they were written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(texts, { maxLength: 5 }), async (pieces) => {
      expect(await read(await writeBody(pieces))).toEqual(pieces);
    }),
  );
});

test('a long answer is compressed', async () => {
  const pieces = Array.from({ length: 1000 }, (_, index): Json => [`COIN${index}/USDT`, 'COIN', 'USDT', null, null]);
  const body = await writeBody(pieces);
  expect(body.length).toBeLessThan(JSON.stringify(pieces).length / 4);
  expect(await read(body)).toEqual(pieces);
});

test('the event loop gets turns while a long answer is read', async () => {
  const rows = Array.from({ length: 50 }, (_, index): Json => [index, 'BTC/USDT', 1.5, 2.5, 3.5, 4.5]);
  const body = await writeBody(Array.from({ length: 500 }, () => rows));
  let turns = 0;
  let isReading = true;
  const count = (): void => {
    turns += 1;
    if (isReading) setImmediate(count);
  };
  // Decompressing waits for another thread: only turns between pieces count.
  const pieces = readBody(body);
  await pieces.next();
  setImmediate(count);
  for await (const piece of pieces) expect(piece).toHaveLength(50);
  isReading = false;
  expect(turns).toBeGreaterThan(2);
});

test('what is no answer is refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 2, maxLength: 40 }), async (bytes) => {
      const body = Buffer.from(bytes);
      const outcome = await read(body).then(
        (pieces) => pieces,
        (error: unknown) => error,
      );
      expect(Array.isArray(outcome) || outcome instanceof MalformedMessage).toBe(true);
    }),
  );
  const cut = (await writeBody([['a'], ['b']])).subarray(0, -1);
  await expect(read(cut)).rejects.toThrow(MalformedMessage);
});
