import { type Clock, systemClock } from '../../../src/base/clock.ts';

/** The system's clock, whose timers a test can hold back, as those of a process that is stopped. The time goes on. */
export class PausableClock implements Clock {
  readonly now = systemClock.now;
  readonly #due = new Set<() => void>();
  #isPaused = false;

  constructor() {
    this.after = this.after.bind(this);
  }

  after(delayMs: number, callback: () => void): () => void {
    const run = (): void => {
      if (this.#isPaused) this.#due.add(callback);
      else callback();
    };
    const cancel = systemClock.after(delayMs, run);
    return () => {
      cancel();
      this.#due.delete(callback);
    };
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    for (const callback of [...this.#due]) if (this.#due.delete(callback)) callback();
  }
}
