import { type Agent, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { maxBodyBytes } from '../../src/server/http/messages/read-body.ts';
import type { FuzzRequest } from './documents/requests.ts';

/** The answer to a request. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** True for a stream that the client left while it was open. */
  readonly isCut: boolean;
}

/** How long a stream of events is listened to, in ms. */
const listenMs = 40;

/** How long to wait for an answer, in ms. One that takes longer will not come. */
export const timeoutMs = 30_000;

/** Node's limit for the head of a request. It resets longer requests, and the client may then miss the answer. */
const maxHeadBytes = 16 * 1024;

/** The server answers a body that is too long with 413. It resets bodies beyond this size, and the client may miss the answer. */
const maxBytesBeforeReset = 16 * maxBodyBytes;

/** Sends a request and reads the answer; of a stream, the first events. Rejects if there is no answer. */
export async function send(port: number, agent: Agent, request: FuzzRequest): Promise<Reply> {
  try {
    return await sendOnce(port, agent, request);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')))
      throw error;
    if (request.path.length > maxHeadBytes) return { status: 431, contentType: '', text: '', isCut: true };
    if (Buffer.byteLength(request.body ?? '') > maxBytesBeforeReset)
      return { status: 413, contentType: '', text: '', isCut: true };
    // The server may have closed the connection just then because it was idle.
    return sendOnce(port, agent, request);
  }
}

function sendOnce(port: number, agent: Agent, { method, path, headers, body }: FuzzRequest): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers });
    const late = setTimeout(() => request.destroy(new Error(`no answer for ${timeoutMs} ms`)), timeoutMs);
    request.on('close', () => clearTimeout(late));
    request.on('error', reject);
    request.on('socket', ignoreErrors);
    request.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      const contentType = response.headers['content-type'] ?? '';
      let text = '';
      const finish = (isCut: boolean): void => resolve({ status, contentType, text, isCut });
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => finish(false));
      response.on('error', reject);
      if (!contentType.includes('text/event-stream')) return;
      setTimeout(() => {
        finish(true);
        request.destroy();
      }, listenMs);
    });
    request.end(body ?? undefined);
  });
}

/**
 * Ignores errors of a connection. When the server rejects a body and resets the connection, Node's client may still write
 * after the answer has been read and its own error listener was removed.
 */
function ignoreErrors(socket: Socket): void {
  if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
}

function ignore(): void {}
