import type { SharedTime } from './shared-time.ts';

interface Sample {
  /** How far the clock of Redis is ahead of this instance's, ms. */
  readonly offset: number;
  /** The offset is wrong by at most this. */
  readonly error: number;
}

/** How many samples are compared. */
const kept = 8;
/** Times of other instances are wrong by as much as those of this one. More than this is a time in the future. */
const maxErrorMs = 250;
/** What rounding and drift add to an error. */
const slackMs = 2;

/**
 * The clock of Redis as seen from here, measured by what it says in answers. The answer that took the shortest is the most
 * exact. A sample that contradicts it shows that one of the clocks was set, or that Redis has moved; the older samples are
 * then forgotten.
 */
export class RedisTime implements SharedTime {
  readonly #now: () => number;
  #samples: readonly Sample[] = [];
  #best: Sample = { offset: 0, error: 0 };

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes the time that Redis has said in an answer, and this instance's times of the command and of the answer. */
  measure(redisNow: number, sentAt: number, answeredAt: number): void {
    const sample: Sample = {
      offset: redisNow - (sentAt + answeredAt) / 2,
      error: Math.max(0, answeredAt - sentAt) / 2 + slackMs,
    };
    const contradicts =
      this.#samples.length > 0 && Math.abs(sample.offset - this.#best.offset) > sample.error + this.#best.error;
    this.#samples = [...(contradicts ? [] : this.#samples), sample].slice(-kept);
    this.#best = this.#samples.reduce((best, other) => (other.error <= best.error ? other : best));
  }

  toShared(local: number): number {
    return Math.round(local + this.#best.offset);
  }

  toLocal(shared: number): number {
    const local = Math.round(shared - this.#best.offset);
    const now = this.#now();
    return local > now && local - now <= Math.min(maxErrorMs, 2 * this.#best.error + slackMs) ? now : local;
  }
}
