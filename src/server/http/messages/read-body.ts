import type { IncomingMessage } from 'node:http';

/** Much more than any document for this schema needs, including its variables. */
export const maxBodyBytes = 256 * 1024;

/** How much of a too large body is read and discarded: a client that is cut off while it sends can miss the answer. */
const maxDiscardedBytes = 16 * maxBodyBytes;

/** What came instead of a body, or the body: 'too-large' as soon as it exceeds the limit, null if the client has left. */
export type ReadBody = Buffer | 'too-large' | null;

/**
 * Reads the body of a request, and discards the rest of one that is too large, whatever the headers say. Calls `use`
 * once, at once when the body is complete: a request that can be answered without waiting costs no turn of the microtask
 * queue. Resolves like `use`.
 */
export function readBody<T>(request: IncomingMessage, use: (body: ReadBody) => Promise<T> | T): Promise<T> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    let isUsed = false;
    const finish = (body: ReadBody): void => {
      if (isUsed) return;
      isUsed = true;
      try {
        resolve(use(body));
      } catch (error) {
        reject(error);
      }
    };
    let isTooLarge = Number(request.headers['content-length']) > maxBodyBytes;
    if (isTooLarge) finish('too-large');
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (!isTooLarge && length <= maxBodyBytes) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      isTooLarge = true;
      finish('too-large');
      if (length > maxDiscardedBytes) request.destroy();
    });
    request.on('end', () => {
      const [only] = chunks;
      finish(chunks.length === 1 && only ? only : Buffer.concat(chunks));
    });
    // Needs no listener for 'error': without one, a request whose client has left closes without an error.
    request.on('close', () => finish(null));
  });
}
