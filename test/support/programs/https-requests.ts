import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { gunzipSync } from 'node:zlib';

export interface HttpsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body as it was sent. */
  readonly body: Buffer;
  /** The body, decompressed if that was gzip. */
  readonly text: string;
}

/** Requests to the host localhost over TLS, each over a connection of its own. */
export interface HttpsRequests {
  /** Resolves with the head of the answer. */
  ask(path: string, options?: RequestOptions, body?: string): Promise<IncomingMessage>;
  send(path: string, options?: RequestOptions, body?: string): Promise<HttpsAnswer>;
}

/** `ca` is the certificate that the clients trust. */
export function createHttpsRequests(port: number, ca: Buffer): HttpsRequests {
  async function ask(path: string, options: RequestOptions = {}, body?: string): Promise<IncomingMessage> {
    const address = { host: '127.0.0.1', port, servername: 'localhost', agent: false };
    const asked = request({ ...address, ca, path, ...options, headers: { host: 'localhost', ...options.headers } });
    asked.end(body);
    const [response]: IncomingMessage[] = await once(asked, 'response');
    if (!response) throw new TypeError('no response');
    return response;
  }

  return {
    ask,
    send: async (path, options, sent) => {
      const response = await ask(path, options, sent);
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const text = String(response.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
      return { status: response.statusCode ?? 0, headers: response.headers, body, text };
    },
  };
}
