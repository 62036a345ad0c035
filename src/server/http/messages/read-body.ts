import type { IncomingMessage } from 'node:http';

/** Much more than any document for this schema needs, including its variables. */
export const maxBodyBytes = 256 * 1024;

/** How much of a too large body is read and discarded: a client that is cut off while it sends can miss the answer. */
const maxDiscardedBytes = 16 * maxBodyBytes;

/**
 * Reads the body of a request. Resolves with 'too-large' as soon as the limit is exceeded, whatever the headers say,
 * and discards the rest. Resolves with null if the client has left.
 */
export function readBody(request: IncomingMessage): Promise<Buffer | 'too-large' | null> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let length = 0;
    let isTooLarge = Number(request.headers['content-length']) > maxBodyBytes;
    if (isTooLarge) resolve('too-large');
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (!isTooLarge && length <= maxBodyBytes) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      isTooLarge = true;
      resolve('too-large');
      if (length > maxDiscardedBytes) request.destroy();
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks));
    });
    // Needs no listener for 'error': without one, a request whose client has left closes without an error.
    request.on('close', () => resolve(null));
  });
}
