import type { Clock } from '../../base/clock.ts';

/** A timer that can be set again. */
export class CallTimer {
  readonly #clock: Clock;
  #cancel = (): void => {};
  #endsAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#endsAt = clock.now();
  }

  /** When it ends or has ended, epoch ms. */
  get endsAt(): number {
    return this.#endsAt;
  }

  /** Calls back after `delayMs`, instead of at the time that was set before. */
  set(delayMs: number, callback: () => void): void {
    this.#cancel();
    this.#endsAt = this.#clock.now() + delayMs;
    this.#cancel = this.#clock.after(delayMs, callback);
  }

  cancel(): void {
    this.#cancel();
  }
}
