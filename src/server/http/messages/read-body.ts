import type { IncomingMessage } from 'node:http';

/** Far more than any document of this schema with its variables needs. */
export const maxBodyBytes = 256 * 1024;

/** How much of a body that is too large is read and thrown away: a client that is cut off while it sends may miss the answer. */
const maxDiscardedBytes = 16 * maxBodyBytes;

/**
 * Reads the body of a request; 'too-large' as soon as that is known, whatever its headers say, while the rest is thrown
 * away as it comes; null if the client has left.
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
    // Without a listener for errors, a request whose client has left closes without one.
    request.on('close', () => resolve(null));
  });
}
