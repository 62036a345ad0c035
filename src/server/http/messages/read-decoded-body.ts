import type { IncomingMessage } from 'node:http';
import { type BodyFault, corruptBody, tooLarge, unknownCoding } from './body-fault.ts';
import { decompress, toCoding } from './content-coding.ts';
import { maxBodyBytes, readBody } from './read-body.ts';

/** The body without its compression, or what is wrong with it; null if the client has left. */
export type DecodedBody = Buffer | BodyFault | null;

/** Reads the body of a request like `readBody`, and decompresses it. */
export function readDecodedBody<T>(
  request: IncomingMessage,
  use: (body: DecodedBody) => Promise<T> | T,
): Promise<T> | T {
  const coding = toCoding(request.headers['content-encoding']);
  if (coding === 'unknown') return use(unknownCoding);
  return readBody(request, (read) => {
    if (read === 'too-large') return use(tooLarge);
    return coding !== null && read !== null ? decode(read, coding).then(use) : use(read);
  });
}

async function decode(body: Buffer, coding: string): Promise<DecodedBody> {
  const decoded = await decompress(body, coding, maxBodyBytes);
  if (decoded === 'too-large') return tooLarge;
  return decoded === 'corrupt' ? corruptBody(coding) : decoded;
}
