import type { WebSocket } from 'ws';
import type { Clock } from '../../base/clock.ts';
import { Rotation } from '../../base/rotation.ts';

/** The time between two pings of the same socket, in seconds. */
const slots = 30;
const slotMs = 1000;

/**
 * Pings sockets, and cuts those that have not answered by the next ping. A client that reads nothing does not answer
 * either, because the ping waits behind what it has not read.
 */
export class Heartbeat {
  readonly #sockets: Rotation<WebSocket>;
  /** Sockets that were pinged and have not answered yet. */
  readonly #waiting = new Set<WebSocket>();
  // One listener for all sockets, because there are many.
  readonly #onPong: (this: WebSocket) => void;

  constructor(clock: Clock) {
    const waiting = this.#waiting;
    this.#onPong = function () {
      waiting.delete(this);
    };
    this.#sockets = new Rotation({ clock, slots, slotMs, visit: (socket) => this.#ping(socket) });
  }

  add(socket: WebSocket): void {
    this.#sockets.add(socket);
    socket.on('pong', this.#onPong);
  }

  /** Forgets a socket that has closed. */
  remove(socket: WebSocket): void {
    this.#waiting.delete(socket);
    this.#sockets.remove(socket);
  }

  /** Stops pinging. */
  stop(): void {
    this.#sockets.stop();
  }

  #ping(socket: WebSocket): void {
    const isUnresponsive = this.#waiting.delete(socket);
    if (isUnresponsive) {
      socket.terminate();
    } else if (socket.readyState === socket.OPEN) {
      this.#waiting.add(socket);
      socket.ping();
    }
  }
}
