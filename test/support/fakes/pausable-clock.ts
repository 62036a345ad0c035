import { type Clock, systemClock } from '../../../src/base/clock.ts';

/** A clock, by default the system's, whose timers a test can hold back, as those of a process that is stopped. The time goes on. */
export class PausableClock implements Clock {
  readonly now: () => number;
  readonly #clock: Clock;
  readonly #due = new Set<() => void>();
  #isPaused = false;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.now = () => clock.now();
    this.after = this.after.bind(this);
  }

  after(delayMs: number, callback: () => void): () => void {
    const run = (): void => {
      if (this.#isPaused) this.#due.add(callback);
      else callback();
    };
    const cancel = this.#clock.after(delayMs, run);
    return () => {
      cancel();
      this.#due.delete(callback);
    };
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    for (const callback of [...this.#due]) if (this.#due.delete(callback)) callback();
  }
}
