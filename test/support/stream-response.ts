import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { getStream, type StreamClient } from './stream-client.ts';

/** A server whose responses a test writes. */
export class ResponseServer {
  readonly #server: Server;
  readonly #responses: ServerResponse[] = [];

  constructor() {
    this.#server = createServer((_request, response) => this.#responses.push(response.writeHead(200)));
  }

  async start(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  /** A client and the response that it reads. */
  async open(): Promise<{ readonly client: StreamClient; readonly response: ServerResponse }> {
    const address = this.#server.address();
    const opening = getStream(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
    await once(this.#server, 'request');
    const response = this.#responses.at(-1);
    if (!response) throw new TypeError('no response');
    response.flushHeaders();
    return { client: await opening, response };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
