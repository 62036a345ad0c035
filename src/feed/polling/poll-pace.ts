import type { Clock } from '../../base/clock.ts';

/** Beside a silent stream a market is polled at most so many times more slowly than without one. */
const slowestPace = 5;

/**
 * How often a topic is polled: ever more slowly beside a stream that is connected and silent, while polls bring nothing
 * new. Such a stream tells by itself when the market moves; the polls only find out whether it is deaf. Without a stream
 * that works the pace stays the same however idle the market is, since only polls find out when it moves: slower polls would
 * delay that by as much, and no poll is faster than the exchange's own limit anyway.
 */
export class PollPace {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #answeredAt = Number.NEGATIVE_INFINITY;
  /** How many polls in a row have brought nothing new. */
  #idle = 0;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** When a fetch or a poll brought something last, epoch ms. */
  get answeredAt(): number {
    return this.#answeredAt;
  }

  /** How far apart polls are, in ms, and about how old what they tell may be. Quiet is a stream that is silent. */
  paceMs(isIdle: boolean): number {
    return isIdle ? this.#intervalMs * Math.min(slowestPace, 2 ** this.#idle) : this.#intervalMs;
  }

  /** True when it is time for the next poll beside a silent stream. */
  isDue(): boolean {
    // A round begins a little sooner or later than the one before.
    return this.#clock.now() - this.#answeredAt >= this.paceMs(true) * 0.9;
  }

  onAnswer(): void {
    this.#answeredAt = this.#clock.now();
  }

  onNews(isNews: boolean): void {
    this.#idle = isNews ? 0 : this.#idle + 1;
  }
}
