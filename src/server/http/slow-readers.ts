import type { ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';

export interface SlowReadersOptions {
  readonly clock: Clock;
  /** How long a client can read nothing of a waiting answer, in ms. */
  readonly stallMs?: number;
  /** How long a client can take to read a whole answer, even if it reads steadily, in ms. */
  readonly takeMs?: number;
}

/** Cuts the connections of clients that do not read their answers, because these answers would stay in memory. */
export class SlowReaders {
  readonly #clock: Clock;
  readonly #stallMs: number;
  readonly #takeMs: number;
  // One listener for all responses, because there are many.
  readonly #onEnd: (this: ServerResponse) => void;

  constructor({ clock, stallMs = 30_000, takeMs = 120_000 }: SlowReadersOptions) {
    this.#clock = clock;
    this.#stallMs = stallMs;
    this.#takeMs = takeMs;
    const limit = (response: ServerResponse): void => this.#limit(response);
    this.#onEnd = function () {
      if (this.writableLength > 0) limit(this);
    };
  }

  /**
   * Watches an answer after all of it has been written. An answer that the kernel accepts at once costs nothing here.
   */
  watch(response: ServerResponse): void {
    response.on('prefinish', this.#onEnd);
  }

  /**
   * Watches an answer that is written in parts, each after the client has read the one before. It must not stall for
   * long.
   */
  watchStream(response: ServerResponse): void {
    if (response.destroyed) return;
    let taken = -1;
    const check = (): void => {
      const { socket } = response;
      const takenBefore = taken;
      taken = socket ? socket.bytesWritten - socket.writableLength : 0;
      if (response.writableLength > 0 && taken === takenBefore) response.destroy();
      else cancel = this.#clock.after(this.#stallMs, check);
    };
    let cancel = this.#clock.after(this.#stallMs, check);
    response.once('close', () => cancel());
  }

  /**
   * The socket timeout cuts a client that reads nothing. The second timer cuts a client that reads a few bytes now and
   * then.
   */
  #limit(response: ServerResponse): void {
    response.socket?.setTimeout(this.#stallMs);
    response.once(
      'close',
      this.#clock.after(this.#takeMs, () => response.destroy()),
    );
  }
}
