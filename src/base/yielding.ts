import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long pieces of work may run back to back before the event loop gets a turn, in ms. */
const maxBlockMs = 20;

/** Keeps the event loop responsive when many short pieces of work arrive at once. */
export class Yielding {
  #startedAt: number | null = null;

  /** Does the work: at once, or in a later turn of the event loop if this turn has already been busy for too long. */
  async run<T>(work: () => Promise<T> | T): Promise<T> {
    // This is a loop, because other work that waited may have used up the whole next turn.
    while (this.#startedAt !== null && performance.now() - this.#startedAt > maxBlockMs) await nextTurn();
    if (this.#startedAt === null) {
      this.#startedAt = performance.now();
      setImmediate(() => {
        this.#startedAt = null;
      });
    }
    return work();
  }
}
