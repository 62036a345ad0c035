import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Cors } from '../../http/messages/cors.ts';
import { asDeclared } from '../../http/messages/send.ts';

/**
 * The request as the SDK reads it, without its body. Its signal is aborted if the client leaves before it has the whole
 * answer. Only the SDK reads the URL, and only to pass it on: the Host header may be anything.
 */
export function toWebRequest({ method = 'GET', headers }: IncomingMessage, response: ServerResponse): Request {
  const left = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) left.abort();
  });
  const given = Object.entries({ ...headers, accept }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] satisfies [string, string]],
  );
  return new Request('http://localhost/mcp', { method, headers: given, signal: left.signal });
}

/** Both, because the SDK refuses clients that do not name both; see `AcceptedAnswers` for those. */
const accept = 'application/json, text/event-stream';

/** Sends the SDK's response. Resolves when all of it is sent, or when the client has left. */
export async function sendWebResponse(
  answer: Response,
  request: IncomingMessage,
  response: ServerResponse,
  cors: Cors,
): Promise<void> {
  if (response.destroyed) {
    await answer.body?.cancel();
    return;
  }
  const { connection: _connection, ...headers } = Object.fromEntries(answer.headers);
  response.writeHead(answer.status, {
    ...headers,
    'cache-control': 'no-store',
    ...asDeclared,
    ...cors.headersFor(request),
  });
  try {
    await pipeline(toChunks(answer), response);
  } catch (error) {
    // The client has left, or the SDK has ended the exchange for it.
    if (!response.destroyed) throw error;
  }
}

/** Not `Readable.from`: it ends a body only after its next chunk, which may never come. */
function toChunks({ body }: Response): Readable {
  const reader = body?.getReader();
  if (!reader) return Readable.from([]);
  return new Readable({
    read() {
      reader.read().then(
        ({ done, value }) => this.push(done ? null : value),
        (error) => this.destroy(error),
      );
    },
    destroy: (error, done) => {
      const end = (): void => done(error);
      reader.cancel().then(end, end);
    },
  });
}
