import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';

/** Decides when a poll group begins its next round: see the second table of `PollSchedule`. */
export class RoundSchedule {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  /** Why rounds fail; null while they succeed. */
  #error: MarketDataError | null = null;
  /** One interval after the start of the last round, epoch ms. */
  #nextAt = Number.NEGATIVE_INFINITY;
  /** The failure in which the exchange asked for a pause, and the end of the pause, epoch ms. */
  #pauseRequest: MarketDataError | null = null;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  get isFailing(): boolean {
    return this.#error !== null;
  }

  /** Why no call is allowed now; null if calls are allowed. */
  get pauseReason(): MarketDataError | null {
    return this.#clock.now() < this.#pausedUntil ? this.#pauseRequest : null;
  }

  /** How long the next round must wait, in ms: at least `firstDelayMs`. */
  delayMs(firstDelayMs: number): number {
    const now = this.#clock.now();
    return Math.max(firstDelayMs, Math.min(this.#nextAt - now, this.#intervalMs), this.#pausedUntil - now);
  }

  onBegin(askedAt: number): void {
    this.#nextAt = askedAt + this.#intervalMs;
  }

  /** Called when a round has ended, with an error if none of its calls succeeded. */
  onEnd(error: MarketDataError | null): void {
    this.#error = error;
  }

  /** Called when the exchange has asked for a pause of `pauseMs` from now on, or for none. */
  pause(request: MarketDataError | null, pauseMs: number): void {
    this.#pauseRequest = request;
    this.#pausedUntil = this.#clock.now() + pauseMs;
  }
}
