import { type Clock, systemClock } from '../../../src/base/clock.ts';

/** The system's clock, which a test can put forward; timers run as usual. */
export class SkippingClock implements Clock {
  #skippedMs = 0;
  readonly after = systemClock.after;

  constructor() {
    this.now = this.now.bind(this);
  }

  now(): number {
    return Date.now() + this.#skippedMs;
  }

  skip(ms: number): void {
    this.#skippedMs += ms;
  }
}
