import type { Clock } from '../../base/clock.ts';

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Checks all streams. */
  readonly check: () => void;
}

/** Counts the open streams, and checks them at intervals with one timer while there are any. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #openStreams = 0;
  #cancel: (() => void) | null = null;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  get openStreams(): number {
    return this.#openStreams;
  }

  /** A stream has been opened, or closed. */
  onStreams(change: 1 | -1): void {
    this.#openStreams += change;
    if (this.#openStreams === 0) this.stop();
    else if (!this.#cancel) this.#schedule();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #schedule(): void {
    const { clock, intervalMs, check } = this.#options;
    this.#cancel = clock.after(intervalMs, () => {
      this.#schedule();
      check();
    });
  }
}
