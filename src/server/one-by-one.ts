import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How many requests of one connection may wait: clients that send ahead at all send a few. */
const mostWaiting = 100;

/**
 * Handles the requests of one connection one after another, in which order alone they can be answered. A client that
 * sends hundreds ahead and reads nothing would have all of their answers in memory, and Node tells nothing of those that
 * are still to be sent when their connection closes.
 */
export class OneByOne {
  /** What waits, by connection, while an answer is under way. */
  readonly #waiting = new WeakMap<Socket, (() => void)[]>();

  /** Handles a request once those before it are answered; never where its connection has closed by then. */
  run({ socket }: IncomingMessage, response: ServerResponse, handle: () => void): void {
    const start = (): void => {
      if (socket.destroyed) return;
      response.once('close', () => this.#next(socket));
      handle();
    };
    const waiting = this.#waiting.get(socket);
    if (!waiting) {
      this.#waiting.set(socket, []);
      start();
    } else if (waiting.length < mostWaiting) {
      waiting.push(start);
    } else {
      socket.destroy();
    }
  }

  #next(socket: Socket): void {
    const start = this.#waiting.get(socket)?.shift();
    if (start) start();
    else this.#waiting.delete(socket);
  }
}
