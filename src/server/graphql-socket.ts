import type { WebSocket as GraphQLWebSocket } from 'graphql-ws';
import type { CountedSocket } from './counted-socket.ts';
import { readMessage } from './subscribe-message.ts';

/** What sockets have in common. */
export interface SocketHost {
  /** Whether a message is still to be handled. */
  admits(socket: CountedSocket): boolean;
  /** Called when a message could not be handled. */
  onFailure(socket: CountedSocket, error: unknown): void;
  /** Called when the client does not read what it asked for. */
  onUnread(socket: CountedSocket): void;
}

/** Who has more than this waiting for it reads nothing: so many answers no client asks for at once. */
const mostUnreadBytes = 8 * 1024 * 1024;

/** As many bytes as the reason of a close frame may have (RFC 6455, 5.5): ws refuses to send more. */
const mostReasonBytes = 123;

/** A socket as graphql-ws wants one. A class, since closures for each of many sockets are memory. */
export class GraphQLSocket implements GraphQLWebSocket {
  readonly #socket: CountedSocket;
  readonly #host: SocketHost;

  constructor(socket: CountedSocket, host: SocketHost) {
    this.#socket = socket;
    this.#host = host;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  send(text: string): Promise<void> {
    const socket = this.#socket;
    if (socket.bufferedAmount > mostUnreadBytes) this.#host.onUnread(socket);
    return new Promise((resolve, reject) => {
      if (socket.readyState !== socket.OPEN) resolve();
      else socket.send(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(code?: number, reason?: string): void {
    // graphql-ws says what a client sent, and counts characters.
    this.#socket.close(code, reason && cut(reason));
  }

  onMessage(handle: (text: string) => Promise<void>): void {
    const socket = this.#socket;
    const host = this.#host;
    socket.on('message', (data) => {
      if (!host.admits(socket)) return;
      handle(readMessage(String(data))).catch((error: unknown) => host.onFailure(socket, error));
    });
  }
}

/** As much of a text as fits, in whole characters. */
function cut(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(mostReasonBytes));
  return text.slice(0, read);
}
