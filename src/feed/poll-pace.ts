import type { Clock } from '../market/clock.ts';

/** A quiet market is polled at most so many times more slowly than others. */
const slowestPace = 5;

/** How often a topic is polled: ever more slowly while it is quiet. */
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

  /** How far apart polls are, in ms, and about how old what they tell may be. */
  paceMs(isQuiet: boolean): number {
    return isQuiet ? this.#intervalMs * Math.min(slowestPace, 2 ** this.#idle) : this.#intervalMs;
  }

  /** True when it is time for the next poll of a quiet market. */
  isDue(): boolean {
    // A round begins a little sooner or later than the one before.
    return this.#clock.now() - this.#answeredAt >= this.paceMs(true) * 0.9;
  }

  noteAnswer(): void {
    this.#answeredAt = this.#clock.now();
  }

  noteNews(isNews: boolean): void {
    this.#idle = isNews ? 0 : this.#idle + 1;
  }
}
