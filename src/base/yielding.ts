import { setImmediate as nextTurn } from 'node:timers/promises';

/** Keeps the event loop responsive when many short pieces of work arrive at once. */
export class Yielding {
  readonly #maxBlockMs: number;
  #startedAt: number | null = null;

  /** Pieces of work may run back to back for `maxBlockMs` before the event loop gets a turn. */
  constructor(maxBlockMs = 20) {
    this.#maxBlockMs = maxBlockMs;
  }

  /** Does the work: at once, or in a later turn of the event loop if this turn has already been busy for too long. */
  async run<T>(work: () => Promise<T> | T): Promise<T> {
    // This is a loop, because other work that waited may have used up the whole next turn.
    while (this.#startedAt !== null && performance.now() - this.#startedAt > this.#maxBlockMs) await nextTurn();
    if (this.#startedAt === null) {
      this.#startedAt = performance.now();
      setImmediate(() => {
        this.#startedAt = null;
      });
    }
    return work();
  }
}
