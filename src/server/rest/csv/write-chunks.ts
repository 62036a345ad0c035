import type { ServerResponse } from 'node:http';

/**
 * Writes the rest of an answer in chunks, each when the client has read enough of those before. Stops when the client
 * leaves. If the next chunk cannot be made, resets the connection and rejects: a clean end would look like the end of the
 * file to clients of HTTP/1.0, for example nginx with its default settings.
 */
export async function writeChunks(response: ServerResponse, chunks: AsyncIterable<string>): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (response.destroyed) return;
      if (!response.write(chunk)) await drained(response);
      // Before the next chunk is made: that costs calls to the exchange.
      if (response.destroyed) return;
    }
    response.end();
  } catch (error) {
    response.socket?.resetAndDestroy();
    throw error;
  }
}

/** Resolves when the client has read what was written, or has left. */
function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      response.off('drain', finish).off('close', finish);
      resolve();
    };
    response.on('drain', finish).on('close', finish);
  });
}
