import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';

type Decompress = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const toPlainDeflate: Decompress = promisify(inflate);
const toRawDeflate: Decompress = promisify(inflateRaw);

/**
 * By the names of RFC 9110, 8.4.1. Not Brotli: 200 bytes of it take a window of 16 MB and 20 ms before it is known that
 * they unfold to too much, and few clients compress requests with it.
 */
const decompressions: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  // Some clients leave out zlib's header, whose first bytes cannot be mistaken (RFC 1950, 2.2).
  ['deflate', (body, options) => (hasZlibHeader(body) ? toPlainDeflate : toRawDeflate)(body, options)],
]);

/** The value of Accept-Encoding. */
export const readableCodings = 'gzip, deflate';

/** How a body is compressed, by its Content-Encoding: null if it is not, 'unknown' if it cannot be read here. */
export function toCoding(contentEncoding: string | undefined): string | null {
  if (contentEncoding === undefined) return null;
  const names = contentEncoding.split(',').map((name) => name.trim().toLowerCase());
  const [coding = null, ...others] = names.filter((name) => name !== '' && name !== 'identity');
  return coding === null || (others.length === 0 && decompressions.has(coding)) ? coding : 'unknown';
}

/** The body before compression; 'too-large' as soon as it has more than `maxBytes`, 'corrupt' if it cannot be read. */
export async function decompress(
  body: Buffer,
  coding: string,
  maxBytes: number,
): Promise<Buffer | 'too-large' | 'corrupt'> {
  try {
    return (await decompressions.get(coding)?.(body, { maxOutputLength: maxBytes })) ?? 'corrupt';
  } catch (error) {
    return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
      ? 'too-large'
      : 'corrupt';
  }
}

function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && body.readUInt8(0) % 16 === 8 && body.readUInt16BE(0) % 31 === 0;
}
