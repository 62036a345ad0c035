import { backoffMs } from '../../base/backoff.ts';
import { type Clock, sleep } from '../../base/clock.ts';

const firstPauseMs = 1000;
const longestPauseMs = 60_000;
/** After this time without a failure, the pauses start again from the first. */
const resetMs = 60_000;

/** The pauses before a connection reconnects. They grow, and all subscriptions that dropped together share one. */
export class ReconnectBackoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #failures: number;
  #lastFailureAt: number;
  #pause: Promise<void> | null = null;

  /** `previous` is the backoff of the connection that was replaced, whose failures count here too. */
  constructor(clock: Clock, random: () => number, previous: ReconnectBackoff | null) {
    this.#clock = clock;
    this.#random = random;
    this.#failures = previous ? previous.#failures : 0;
    this.#lastFailureAt = previous ? previous.#lastFailureAt : Number.NEGATIVE_INFINITY;
  }

  /** Resolves when the current pause is over; null when there is none. */
  get pause(): Promise<void> | null {
    return this.#pause;
  }

  /** Begins a pause, unless one has begun already. It ends early when the signal aborts. */
  begin(signal: AbortSignal): void {
    if (this.#pause) return;
    const now = this.#clock.now();
    this.#failures = now - this.#lastFailureAt > resetMs ? 0 : this.#failures + 1;
    this.#lastFailureAt = now;
    const pauseMs = backoffMs(firstPauseMs, this.#failures, longestPauseMs, this.#random);
    this.#pause = sleep(this.#clock, pauseMs, signal).then(() => {
      this.#pause = null;
      this.#lastFailureAt = this.#clock.now();
    });
  }
}
