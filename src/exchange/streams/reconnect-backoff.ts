import { backoffMs } from '../../base/backoff.ts';
import { type Clock, sleep } from '../../base/clock.ts';

const firstPauseMs = 1000;
const longestPauseMs = 60_000;
/** A dial that comes so long after the one before is no repetition of it. */
const calmMs = 60_000;

/** The pauses before a connection dials again: longer each time, and one for all that dropped together. */
export class ReconnectBackoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #failures: number;
  #lastFailureAt: number;
  #underWay: Promise<void> | null = null;

  /** `previous` are the pauses of the connection that was replaced, whose failures count here too. */
  constructor(clock: Clock, random: () => number, previous: ReconnectBackoff | null) {
    this.#clock = clock;
    this.#random = random;
    this.#failures = previous ? previous.#failures : 0;
    this.#lastFailureAt = previous ? previous.#lastFailureAt : Number.NEGATIVE_INFINITY;
  }

  /** Resolves when the pause is over; null when there is none. */
  get underWay(): Promise<void> | null {
    return this.#underWay;
  }

  /** Begins a pause, unless one is under way. It ends early when the signal aborts. */
  begin(signal: AbortSignal): void {
    if (this.#underWay) return;
    const now = this.#clock.now();
    this.#failures = now - this.#lastFailureAt > calmMs ? 0 : this.#failures + 1;
    this.#lastFailureAt = now;
    const pauseMs = backoffMs(firstPauseMs, this.#failures, longestPauseMs, this.#random);
    this.#underWay = sleep(this.#clock, pauseMs, signal).then(() => {
      this.#underWay = null;
      this.#lastFailureAt = this.#clock.now();
    });
  }
}
