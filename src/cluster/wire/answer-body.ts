import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { inSlices } from '../../base/in-slices.ts';
import { type Json, MalformedMessage } from './fields.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/**
 * Longer answers are compressed, in another thread: lists of markets to a twentieth, tickers to a third. Below, the time
 * that it takes costs more than the bytes.
 */
const minCompressedBytes = 32_768;

/** No answer is longer. */
const maxBytes = 64 * 2 ** 20;

const newLine = 0x0a;

/** The first byte of a body: how the rest is written. */
const forms = { plain: 0, compressed: 1 } as const;

/** How long the reader may work before the event loop gets a turn, in ms. */
const sliceMs = 4;

/** The pieces of an answer, a line each. */
export async function writeBody(pieces: Iterable<Json>): Promise<Buffer> {
  const lines: Buffer[] = [];
  await inSlices(pieces, (piece) => lines.push(Buffer.from(`${JSON.stringify(piece)}\n`)));
  const plain = Buffer.concat(lines);
  if (plain.length < minCompressedBytes) return Buffer.concat([Buffer.of(forms.plain), plain]);
  return Buffer.concat([Buffer.of(forms.compressed), await deflate(plain, { level: 1 })]);
}

/** The pieces of an answer. Throws MalformedMessage. */
export async function* readBody(body: Buffer): AsyncGenerator<unknown> {
  const text = await inflated(body);
  let startedAt = performance.now();
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(newLine, start);
    if (end < 0) throw new MalformedMessage('end of a line');
    yield parse(text.toString('utf8', start, end));
    start = end + 1;
    if (performance.now() - startedAt < sliceMs) continue;
    await nextTurn();
    startedAt = performance.now();
  }
}

async function inflated(body: Buffer): Promise<Buffer> {
  const rest = body.subarray(1);
  switch (body[0]) {
    case forms.plain:
      return rest;
    case forms.compressed:
      return inflate(rest, { maxOutputLength: maxBytes }).catch(() => {
        throw new MalformedMessage('compressed text');
      });
    default:
      throw new MalformedMessage('answer');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedMessage('JSON text');
  }
}
