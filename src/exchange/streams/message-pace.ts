import type { Clock } from '../../base/clock.ts';

/** When the messages of one connection will have been sent. ccxt sends them one after the other, with pauses. */
export class MessagePace {
  readonly #now: Clock['now'];
  #sentAt = 0;

  constructor(now: Clock['now']) {
    this.#now = now;
  }

  /** Counts one more message. Returns about when it will have been sent, epoch ms. */
  add(pauseMs: number): number {
    this.#sentAt = Math.max(this.#sentAt, this.#now()) + pauseMs;
    return this.#sentAt;
  }

  /** How long until all messages so far have been sent, in ms. */
  get busyMs(): number {
    return Math.max(0, this.#sentAt - this.#now());
  }
}
