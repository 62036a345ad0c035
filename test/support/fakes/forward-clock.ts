import { type Clock, systemClock } from '../../../src/base/clock.ts';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** The system's clock, which a test can put forward; the timers that are due then run at once, in order. */
export class ForwardClock implements Clock {
  #skippedMs = 0;
  readonly #timers = new Set<Timer>();

  constructor() {
    this.now = this.now.bind(this);
    this.after = this.after.bind(this);
  }

  now(): number {
    return systemClock.now() + this.#skippedMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const end = (): void => {
      stop();
      this.#timers.delete(timer);
    };
    const run = (): void => {
      end();
      callback();
    };
    const timer = { at: this.now() + delayMs, run };
    const stop = systemClock.after(delayMs, run);
    this.#timers.add(timer);
    return end;
  }

  skip(ms: number): void {
    this.#skippedMs += ms;
    const due = [...this.#timers].filter(({ at }) => at <= this.now()).sort((a, b) => a.at - b.at);
    for (const timer of due) if (this.#timers.has(timer)) timer.run();
  }
}
