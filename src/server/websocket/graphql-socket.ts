import type { WebSocket as GraphQLWebSocket } from 'graphql-ws';
import type { CountedSocket } from './counted-socket.ts';
import type { OperationIds } from './operation-ids.ts';
import { isOfOperation, readMessage } from './subscribe-message.ts';

/** What all sockets share. */
export interface SocketHost {
  /** True if a message that does not concern an operation may be handled now. */
  admits(socket: CountedSocket): boolean;
  /** How long a message that begins or ends an operation must wait, in ms; 0 if it may be handled now. */
  delayOf(socket: CountedSocket): number;
  /** Calls back after this delay, or with 0 in a later turn of the event loop. */
  later(delayMs: number, callback: () => void): void;
  /** Called when a message could not be handled. */
  onFailure(socket: CountedSocket, error: unknown): void;
  /** Called when the client does not read its answers. */
  onUnread(socket: CountedSocket): void;
}

/** A client for which more bytes than this wait reads nothing: no client requests that much at once. */
const maxUnreadBytes = 8 * 1024 * 1024;

/** The maximum size of the reason in a close frame, in bytes (RFC 6455, 5.5). ws refuses to send more. */
const maxReasonBytes = 123;

/** How many operations one socket can begin or end before other sockets get a turn: a few milliseconds of work. */
const maxPerTurn = 50;

type Handle = (text: string) => Promise<void>;

/**
 * A socket with the interface that graphql-ws requires. A class, because closures for each socket would take more
 * memory.
 */
export class GraphQLSocket implements GraphQLWebSocket {
  readonly #socket: CountedSocket;
  readonly #host: SocketHost;
  readonly #ids: OperationIds;
  /** Messages that were read but not handled; null unless the client has sent more than may be handled now. */
  #backlog: string[] | null = null;
  /** Number of operations that the socket has begun or ended in this turn of the event loop. */
  #inTurn = 0;

  constructor(socket: CountedSocket, host: SocketHost, ids: OperationIds) {
    this.#socket = socket;
    this.#host = host;
    this.#ids = ids;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  send(text: string): Promise<void> {
    const socket = this.#socket;
    if (socket.bufferedAmount > maxUnreadBytes) this.#host.onUnread(socket);
    return new Promise((resolve, reject) => {
      if (socket.readyState !== socket.OPEN) resolve();
      else socket.send(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(code?: number, reason?: string): void {
    // graphql-ws quotes text from the client, and counts characters instead of bytes.
    this.#socket.close(code, reason && cut(reason));
  }

  onMessage(handle: Handle): void {
    this.#socket.on('message', (data) => this.#receive(String(data), handle));
  }

  /** Handles a message, or adds it to the messages that wait. */
  #receive(text: string, handle: Handle): void {
    // ws continues to read until the client has answered the close frame.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#backlog) this.#backlog.push(text);
    else {
      const delayMs = this.#handle(text, handle);
      if (delayMs !== null) this.#pause(text, delayMs, handle);
    }
  }

  /** Handles a message, or returns how long it must wait, in ms. */
  #handle(text: string, handle: Handle): number | null {
    const socket = this.#socket;
    const host = this.#host;
    const message = readMessage(text);
    if (isOfOperation(message)) {
      if (this.#inTurn >= maxPerTurn) return 0;
      const delayMs = host.delayOf(socket);
      if (delayMs > 0) return delayMs;
      this.#countInTurn();
    } else if (!host.admits(socket)) return null;
    socket.messageLength = text.length;
    handle(message).catch((error: unknown) => host.onFailure(socket, error));
    if (isOfOperation(message) && message.type === 'complete') this.#ids.complete(message.id);
    return null;
  }

  #countInTurn(): void {
    this.#inTurn += 1;
    if (this.#inTurn > 1) return;
    this.#host.later(0, () => {
      this.#inTurn = 0;
    });
  }

  /**
   * Stops reading from a client that sends too fast, so that its own network stack slows it down. At most the data of
   * one read from the kernel has been received by then.
   */
  #pause(text: string, delayMs: number, handle: Handle): void {
    this.#backlog = [text];
    this.#socket.pause();
    this.#host.later(delayMs, () => this.#resume(handle));
  }

  #resume(handle: Handle): void {
    const backlog = this.#backlog ?? [];
    let delayMs: number | null = null;
    let handled = 0;
    for (const text of backlog) {
      if (this.#socket.readyState !== this.#socket.OPEN) break;
      delayMs = this.#handle(text, handle);
      if (delayMs !== null) break;
      handled += 1;
    }
    if (delayMs !== null) {
      backlog.splice(0, handled);
      this.#host.later(delayMs, () => this.#resume(handle));
      return;
    }
    this.#backlog = null;
    this.#socket.resume();
  }
}

/** The longest beginning of a text that fits, without a partial character. */
function cut(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxReasonBytes));
  return text.slice(0, read);
}
