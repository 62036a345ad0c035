import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Topic } from './stream-definition.ts';

/** One WebSocket that a client opened. */
export class StreamSocket {
  readonly path: string;
  /** Its subscriptions, oldest first. */
  topics: readonly Topic[] = [];

  readonly #connection: WebSocket;
  readonly #transport: Duplex;

  constructor(path: string, connection: WebSocket, transport: Duplex) {
    this.path = path;
    this.#connection = connection;
    this.#transport = transport;
  }

  /** Sends a message as JSON. */
  send(message: unknown): void {
    this.sendRaw(JSON.stringify(message));
  }

  /** Sends a text frame, or a binary one. */
  sendRaw(data: string | Buffer): void {
    this.#connection.send(data);
  }

  /** Sends a ping frame. */
  ping(): void {
    this.#connection.ping();
  }

  /** Closes it properly, with a close frame. */
  close(code: number): void {
    this.#connection.close(code);
  }

  /** Ends the TCP connection without a close frame. */
  drop(): void {
    this.#transport.destroy();
  }

  /** The same after half of a text frame. */
  dropMidFrame(): void {
    const payload = Buffer.alloc(120, '{"e":"24hrTicker","channel":"ticker",');
    // 129 is a text frame that is the last of its message; servers do not mask.
    const frame = Buffer.concat([Buffer.from([129, payload.length]), payload]);
    this.#transport.write(frame.subarray(0, frame.length / 2), () => this.#transport.destroy());
  }
}
