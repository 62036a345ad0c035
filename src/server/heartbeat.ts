import type { WebSocket } from 'ws';

/** How many seconds lie between two pings of the same socket. */
const slots = 30;
const slotMs = 1000;

/** Pings sockets and cuts those that have not answered by the next ping: one timer for all, each second some of them. */
export class Heartbeat {
  readonly #slots = Array.from({ length: slots }, () => new Set<WebSocket>());
  /** Those that were pinged and have not answered yet. */
  readonly #waiting = new Set<WebSocket>();
  // One listener for all sockets, since there are many.
  readonly #onPong: (this: WebSocket) => void;
  #added = 0;
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    const waiting = this.#waiting;
    this.#onPong = function () {
      waiting.delete(this);
    };
  }

  add(socket: WebSocket): void {
    this.#slots[this.#added % slots]?.add(socket);
    this.#added += 1;
    this.#timer ??= setInterval(() => this.#ping(), slotMs);
    socket.on('pong', this.#onPong);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #ping(): void {
    this.#turn += 1;
    const slot = this.#slots[this.#turn % slots] ?? new Set();
    for (const socket of slot) {
      const isDeaf = this.#waiting.delete(socket);
      if (socket.readyState === socket.CLOSED) {
        slot.delete(socket);
      } else if (isDeaf) {
        socket.terminate();
      } else if (socket.readyState === socket.OPEN) {
        this.#waiting.add(socket);
        socket.ping();
      }
    }
  }
}
