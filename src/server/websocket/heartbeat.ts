import type { WebSocket } from 'ws';
import type { Clock } from '../../base/clock.ts';

/** The time between two pings of the same socket, in seconds. */
const slots = 30;
const slotMs = 1000;

/**
 * Pings sockets, and cuts those that have not answered by the next ping. One timer pings a part of the sockets each
 * second. A client that reads nothing does not answer either, because the ping waits behind what it has not read.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #slots = Array.from({ length: slots }, () => new Set<WebSocket>());
  /** Sockets that were pinged and have not answered yet. */
  readonly #waiting = new Set<WebSocket>();
  // One listener for all sockets, because there are many.
  readonly #onPong: (this: WebSocket) => void;
  #added = 0;
  #turn = 0;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    const waiting = this.#waiting;
    this.#onPong = function () {
      waiting.delete(this);
    };
  }

  add(socket: WebSocket): void {
    this.#slots[this.#added % slots]?.add(socket);
    this.#added += 1;
    this.#cancel ??= this.#clock.after(slotMs, () => this.#ping());
    socket.on('pong', this.#onPong);
  }

  /** Forgets a socket that has closed. */
  remove(socket: WebSocket): void {
    for (const slot of this.#slots) slot.delete(socket);
    this.#waiting.delete(socket);
    if (this.#slots.every(({ size }) => size === 0)) this.stop();
  }

  /** Stops pinging. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #ping(): void {
    this.#cancel = this.#clock.after(slotMs, () => this.#ping());
    this.#turn += 1;
    const slot = this.#slots[this.#turn % slots] ?? new Set();
    for (const socket of slot) {
      const isUnresponsive = this.#waiting.delete(socket);
      if (isUnresponsive) {
        socket.terminate();
      } else if (socket.readyState === socket.OPEN) {
        this.#waiting.add(socket);
        socket.ping();
      }
    }
  }
}
