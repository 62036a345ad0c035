import { tickMs } from './walk.ts';

/** A tick that a watch has waited for, by number. `previous` is the tick that the same watch received before. */
export interface Arrival {
  readonly tick: number;
  readonly previous: number | undefined;
}

interface Pending {
  readonly arrival: Promise<Arrival>;
  readonly cancel: (reason: Error) => void;
}

/** Waits for ticks, with one timer per pending watch and none once closed. */
export class TickWatches {
  readonly #now: () => number;
  readonly #pending = new Map<string, Pending>();
  readonly #previous = new Map<string, number>();
  #closed: Error | undefined;

  /** `now` returns epoch ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * The next tick, once it has happened. Calls with the same key that wait at the same time share it. `keepsPlace` is
   * for watches that must not skip a tick: the next arrival under this key then has this one as its `previous`. Rejects
   * with the reason given to `cancel` or `close`.
   */
  next(key: string, keepsPlace = false): Promise<Arrival> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return this.#pending.get(key)?.arrival ?? this.#wait(key, keepsPlace);
  }

  /** Ends the pending watch of the key, if there is one, and forgets the tick it received before. */
  cancel(key: string, reason: Error): void {
    this.#previous.delete(key);
    this.#pending.get(key)?.cancel(reason);
  }

  /** Ends all pending watches; later calls of `next` reject with the same reason. */
  close(reason: Error): void {
    this.#closed = reason;
    for (const pending of [...this.#pending.values()]) pending.cancel(reason);
  }

  #wait(key: string, keepsPlace: boolean): Promise<Arrival> {
    const due = (Math.floor(this.#now() / tickMs) + 1) * tickMs;
    let cancel = (_reason: Error): void => {};
    const arrival = new Promise<Arrival>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const waitFor = (ms: number): void => {
        timer = setTimeout(wait, Math.min(ms, tickMs));
      };
      const wait = (): void => {
        // Timers may fire a little early, and the clock of a test may stand still.
        const left = due - this.#now();
        if (left > 0) {
          waitFor(left);
          return;
        }
        const tick = Math.floor(this.#now() / tickMs);
        const previous = this.#previous.get(key);
        if (keepsPlace) this.#previous.set(key, tick);
        this.#pending.delete(key);
        resolve({ tick, previous });
      };
      cancel = (reason) => {
        clearTimeout(timer);
        this.#pending.delete(key);
        reject(reason);
      };
      // Always with a timer, even if the tick has happened since the line above: a promise that resolves before it is
      // noted as pending would stay there, and whoever watches in a loop would never let the process do anything else.
      waitFor(Math.max(0, due - this.#now()));
    });
    this.#pending.set(key, { arrival, cancel });
    return arrival;
  }
}
