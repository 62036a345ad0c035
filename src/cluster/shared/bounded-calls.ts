import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { RedisUnavailable } from '../connection/bus.ts';

export interface BoundedCallsOptions {
  readonly clock: Clock;
  /** How long one call may take, in ms. */
  readonly timeoutMs: number;
}

/** After a call that took too long, no other call is made for this time, in ms. */
const pauseMs = 1000;

/**
 * Calls to Redis for which a client's request waits, although the request can do without their answer. While Redis does
 * not answer, one request a second waits for the timeout, and the others go on at once.
 */
export class BoundedCalls {
  readonly #options: BoundedCallsOptions;
  #pausedAt = Number.NEGATIVE_INFINITY;

  constructor(options: BoundedCallsOptions) {
    this.#options = options;
  }

  /** Rejects if the call fails, takes too long, or is not made. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    const pausedFor = clock.now() - this.#pausedAt;
    // If the clock was set back, the pause ends.
    if (pausedFor >= 0 && pausedFor < pauseMs) throw tooSlow();
    return await withDeadline(clock, timeoutMs, call(), () => {
      this.#pausedAt = clock.now();
      return tooSlow();
    });
  }
}

function tooSlow(): RedisUnavailable {
  return new RedisUnavailable('Redis does not answer in time.');
}
