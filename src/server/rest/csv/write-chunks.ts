import type { ServerResponse } from 'node:http';
import { type Clock, sleep } from '../../../base/clock.ts';

/**
 * How long a proxy has to read the last text of an answer that is cut, in ms: it may discard what it has not read when it
 * receives the reset.
 */
const lastReadMs = 1000;

/**
 * Writes the rest of an answer in chunks, each when the client has read enough of those before. Stops when the client
 * leaves. Rejects if the next chunk cannot be made: then the answer must be cut.
 */
export async function writeChunks(response: ServerResponse, chunks: AsyncIterable<string>): Promise<void> {
  for await (const chunk of chunks) {
    await write(response, chunk);
    // Before the next chunk is made: that costs calls to the exchange.
    if (response.destroyed) return;
  }
  response.end();
}

/**
 * Ends an answer of which a part is missing, so that it does not look whole. A clean end would, to clients of HTTP/1.0,
 * for example nginx with its default settings, so the connection is reset. Some proxies end the answer cleanly even then,
 * for example Caddy before 2.8, so the last text must say that something is missing.
 */
export async function cutShort(response: ServerResponse, lastText: string, clock: Clock): Promise<void> {
  await write(response, lastText);
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  if (!response.destroyed) await sleep(clock, lastReadMs, leaving.signal);
  response.socket?.resetAndDestroy();
}

/** Resolves when the client has read enough, or has left. */
async function write(response: ServerResponse, text: string): Promise<void> {
  if (!response.destroyed && !response.write(text)) await drained(response);
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
