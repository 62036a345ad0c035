import type { Clock } from '../../base/clock.ts';

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly check: () => void;
}

/** One timer that looks at intervals whether streams have fallen silent. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #cancel: (() => void) | null = null;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  start(): void {
    if (!this.#cancel) this.#schedule();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #schedule(): void {
    const { clock, intervalMs, check } = this.#options;
    this.#cancel = clock.after(intervalMs, () => {
      this.#cancel = null;
      this.#schedule();
      check();
    });
  }
}
