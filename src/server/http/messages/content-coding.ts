import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';

type Decompress = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const toPlainDeflate: Decompress = promisify(inflate);
const toRawDeflate: Decompress = promisify(inflateRaw);

/**
 * Decompression functions by the names of RFC 9110, 8.4.1. Brotli is not included: 200 bytes of it can take 16 MB of
 * memory and 20 ms before it is clear that the body is too large, and few clients compress requests with it.
 */
const decompressions: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  // Some clients leave out the zlib header, whose first bytes are unmistakable (RFC 1950, 2.2).
  ['deflate', (body, options) => (hasZlibHeader(body) ? toPlainDeflate : toRawDeflate)(body, options)],
]);

/** The value of Accept-Encoding. */
export const readableCodings = 'gzip, deflate';

/**
 * The compression of a body by its Content-Encoding: null without compression, 'unknown' if this server does not
 * support it.
 */
export function toCoding(contentEncoding: string | undefined): string | null {
  if (contentEncoding === undefined) return null;
  const names = contentEncoding.split(',').map((name) => name.trim().toLowerCase());
  const [coding = null, ...others] = names.filter((name) => name !== '' && name !== 'identity');
  return coding === null || (others.length === 0 && decompressions.has(coding)) ? coding : 'unknown';
}

/** Decompresses a body. Returns 'too-large' as soon as it exceeds `maxBytes`, and 'corrupt' if it is not valid. */
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
