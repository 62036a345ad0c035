import type { WebSocket as GraphQLWebSocket } from 'graphql-ws';
import type { CountedSocket } from './counted-socket.ts';
import type { OperationIds } from './operation-ids.ts';
import { isOfOperation, readMessage } from './subscribe-message.ts';

/** What sockets have in common. */
export interface SocketHost {
  /** True if a message that has nothing to do with an operation may be handled. */
  admits(socket: CountedSocket): boolean;
  /** How long a message that begins or ends an operation must wait, in ms; 0 if it may be handled. */
  delayOf(socket: CountedSocket): number;
  /** Calls back after this delay, or with 0 in a later turn of the event loop. */
  later(delayMs: number, callback: () => void): void;
  /** Called when a message could not be handled. */
  onFailure(socket: CountedSocket, error: unknown): void;
  /** Called when the client does not read what it asked for. */
  onUnread(socket: CountedSocket): void;
}

/** A client with more than this waiting for it reads nothing: no client asks for so much at once. */
const maxUnreadBytes = 8 * 1024 * 1024;

/** As many bytes as the reason of a close frame may have (RFC 6455, 5.5): ws refuses to send more. */
const maxReasonBytes = 123;

/** How many operations of one socket are begun or ended before others get a turn: some milliseconds of work. */
const maxPerTurn = 50;

type Handle = (text: string) => Promise<void>;

/** A socket as graphql-ws wants one. A class, since closures for each of many sockets would take more memory. */
export class GraphQLSocket implements GraphQLWebSocket {
  readonly #socket: CountedSocket;
  readonly #host: SocketHost;
  readonly #ids: OperationIds;
  /** Messages that were read and not handled yet; null unless the client sent more than may be handled now. */
  #backlog: string[] | null = null;
  /** How many operations it has begun or ended in this turn of the event loop. */
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
    // graphql-ws quotes what a client sent, and counts characters instead of bytes.
    this.#socket.close(code, reason && cut(reason));
  }

  onMessage(handle: Handle): void {
    this.#socket.on('message', (data) => this.#receive(String(data), handle));
  }

  /** A message waits if messages before it wait. */
  #receive(text: string, handle: Handle): void {
    // ws goes on reading until the client has answered the close frame.
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
   * Stops reading from a client that sends faster than it may, so that its own network stack slows it down. What was read
   * by now is at most what the kernel gave in one piece.
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

/** The beginning of a text that fits, in whole characters. */
function cut(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxReasonBytes));
  return text.slice(0, read);
}
