import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long pieces of work may follow each other before others have their turn, in ms. */
const longestMs = 20;

/** Lets others have their turn between pieces of work of which very many may come at once, each of them short. */
export class Yielding {
  #begunAt: number | null = null;

  /** Does the work: at once, or in a later turn where this one has been long already. */
  async run<T>(work: () => Promise<T> | T): Promise<T> {
    // Others that waited may have taken the next turn whole.
    while (this.#begunAt !== null && performance.now() - this.#begunAt > longestMs) await nextTurn();
    if (this.#begunAt === null) {
      this.#begunAt = performance.now();
      setImmediate(() => {
        this.#begunAt = null;
      });
    }
    return work();
  }
}
