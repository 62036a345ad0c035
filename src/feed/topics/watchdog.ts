import type { Clock } from '../../base/clock.ts';

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Checks all streams. */
  readonly check: () => void;
}

/** Counts the open streams. While there are any, one timer checks all of them at intervals. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #openStreams = 0;
  #cancel: (() => void) | null = null;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  /** Called with 1 when a stream has been opened, and with -1 when one has been closed. */
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
