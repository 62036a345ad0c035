import { type Agent, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { maxBodyBytes } from '../../src/server/http/messages/read-body.ts';
import type { FuzzRequest } from './requests.ts';

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** True of a stream that was left while it was open. */
  readonly isCut: boolean;
}

/** How long a stream of events is listened to, in ms. */
const listenMs = 40;

/** How long an answer may take, in ms: one that has not come by then will not come. */
export const patienceMs = 30_000;

/** Node's own limit for the head of a request. It cuts what is longer, and the client may miss that it was told so. */
const longestHead = 16 * 1024;

/** The server answers a longer body with 413, and cuts what goes on for so long: its client may miss the answer too. */
const longestBody = 16 * maxBodyBytes;

/** Sends a request and reads its answer, of a stream the first events. Rejects where there is none. */
export async function send(port: number, agent: Agent, request: FuzzRequest): Promise<Reply> {
  try {
    return await sendOnce(port, agent, request);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')))
      throw error;
    if (request.path.length > longestHead) return { status: 431, contentType: '', text: '', isCut: true };
    if (Buffer.byteLength(request.body ?? '') > longestBody)
      return { status: 413, contentType: '', text: '', isCut: true };
    // The server may have closed the connection just then because it was idle.
    return sendOnce(port, agent, request);
  }
}

function sendOnce(port: number, agent: Agent, { method, path, headers, body }: FuzzRequest): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers });
    const late = setTimeout(() => request.destroy(new Error(`no answer for ${patienceMs} ms`)), patienceMs);
    request.on('close', () => clearTimeout(late));
    request.on('error', reject);
    request.on('socket', listen);
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
 * Has an error of a connection end nothing: where the server refuses a body and cuts it, Node's client may write on when
 * the answer has been read and its own listener is gone.
 */
function listen(socket: Socket): void {
  if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
}

function ignore(): void {}
