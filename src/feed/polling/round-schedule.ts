import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';

/** When a poll group may begin its next round: see the table of `PollSchedule`. */
export class RoundSchedule {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  /** Why rounds fail, while they do. */
  #error: MarketDataError | null = null;
  /** An interval after the last round began, epoch ms. */
  #nextAt = Number.NEGATIVE_INFINITY;
  /** The failure by which the exchange asked for a pause, and when that ends, epoch ms. */
  #pauseRequest: MarketDataError | null = null;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  get isFailing(): boolean {
    return this.#error !== null;
  }

  /** Why the exchange must not be asked now; null where it may. */
  get pauseReason(): MarketDataError | null {
    return this.#clock.now() < this.#pausedUntil ? this.#pauseRequest : null;
  }

  /** How long the next round must wait, in ms, where it may not begin before `firstDelayMs` have passed. */
  delayMs(firstDelayMs: number): number {
    const now = this.#clock.now();
    return Math.max(firstDelayMs, Math.min(this.#nextAt - now, this.#intervalMs), this.#pausedUntil - now);
  }

  onBegin(askedAt: number): void {
    this.#nextAt = askedAt + this.#intervalMs;
  }

  /** A round has ended: with an error if no call of it succeeded. */
  onEnd(error: MarketDataError | null): void {
    this.#error = error;
  }

  /** The exchange has asked for a pause of `pauseMs` from now on, or for none. */
  pause(request: MarketDataError | null, pauseMs: number): void {
    this.#pauseRequest = request;
    this.#pausedUntil = this.#clock.now() + pauseMs;
  }
}
