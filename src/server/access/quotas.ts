import type { RateLimiterMemory } from 'rate-limiter-flexible';
import { MarketDataError } from '../../market/errors.ts';

const minuteMs = 60_000;

export interface QuotaOptions {
  readonly perMinute: number;
  /** The error message for a client that requests more, without the end of the sentence. */
  readonly message: string;
}

/** Limits how many points each subject can take per minute. The minute of a subject begins with its first points. */
export class Quota {
  readonly perMinute: number;
  readonly #message: string;
  readonly #limiter: Promise<RateLimiterMemory>;

  constructor({ perMinute, message }: QuotaOptions) {
    this.perMinute = perMinute;
    this.#message = message;
    this.#limiter = createLimiter(perMinute);
  }

  /** Takes points for a subject. Rejects with RATE_LIMITED, and takes nothing, if fewer points are left. */
  async take(subject: string, points = 1): Promise<void> {
    const limiter = await this.#limiter;
    // Not `consume`: it rejects with a value that is not an error, and takes points even if it refuses.
    const { consumedPoints, msBeforeNext } = await limiter.penalty(subject, points);
    if (consumedPoints <= this.perMinute) return;
    await limiter.reward(subject, points);
    throw this.#refuse(msBeforeNext);
  }

  /** Rejects with RATE_LIMITED if nothing is left for a subject. */
  async check(subject: string): Promise<void> {
    const limiter = await this.#limiter;
    const found = await limiter.get(subject);
    if (found && found.consumedPoints >= this.perMinute && found.msBeforeNext > 0)
      throw this.#refuse(found.msBeforeNext);
  }

  #refuse(msBeforeNext: number): MarketDataError {
    // The limiter forgets points after a minute, even if the clock was set back.
    const retryAfterMs = Math.min(msBeforeNext, minuteMs);
    const seconds = Math.ceil(retryAfterMs / 1000);
    return new MarketDataError('RATE_LIMITED', `${this.#message}; try again in ${seconds} s.`, { retryAfterMs });
  }
}

/**
 * The limiter is loaded only if there is a quota, because loading takes time. Its timers do not keep the process alive.
 */
async function createLimiter(points: number): Promise<RateLimiterMemory> {
  const { RateLimiterMemory } = await import('rate-limiter-flexible');
  return new RateLimiterMemory({ points, duration: minuteMs / 1000 });
}
