import type { WebSocket as GraphQLWebSocket } from 'graphql-ws';
import type { WebSocket } from 'ws';

/** A socket as graphql-ws wants one. A class, since closures for each of many sockets are memory. */
export class GraphQLSocket implements GraphQLWebSocket {
  readonly #socket: WebSocket;
  readonly #onFailure: (socket: WebSocket, error: unknown) => void;

  /** `onFailure` is called when a message could not be handled. */
  constructor(socket: WebSocket, onFailure: (socket: WebSocket, error: unknown) => void) {
    this.#socket = socket;
    this.#onFailure = onFailure;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  send(text: string): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      if (socket.readyState !== socket.OPEN) resolve();
      else socket.send(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  onMessage(handle: (text: string) => Promise<void>): void {
    const socket = this.#socket;
    const onFailure = this.#onFailure;
    socket.on('message', (data) => {
      handle(String(data)).catch((error: unknown) => onFailure(socket, error));
    });
  }
}
