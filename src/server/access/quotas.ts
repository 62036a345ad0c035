import type { RateLimiterMemory } from 'rate-limiter-flexible';
import { MarketDataError } from '../../market/errors.ts';

const minuteMs = 60_000;

export interface QuotaOptions {
  readonly perMinute: number;
  /** What a client receives that wants more, without the end of the sentence. */
  readonly message: string;
}

/** How much each of many subjects may take within a minute, which begins with the first that it takes. */
export class Quota {
  readonly perMinute: number;
  readonly #message: string;
  readonly #limiter: Promise<RateLimiterMemory>;

  constructor({ perMinute, message }: QuotaOptions) {
    this.perMinute = perMinute;
    this.#message = message;
    this.#limiter = createLimiter(perMinute);
  }

  /** Takes points for a subject. Rejects with RATE_LIMITED if they are more than is left, and takes nothing then. */
  async take(subject: string, points = 1): Promise<void> {
    const limiter = await this.#limiter;
    // Not `consume`, whose rejection is no error, and which takes what it refuses.
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
    // The limiter forgets after a minute, even if the clock was set back.
    const retryAfterMs = Math.min(msBeforeNext, minuteMs);
    const seconds = Math.ceil(retryAfterMs / 1000);
    return new MarketDataError('RATE_LIMITED', `${this.#message}; ask again in ${seconds} s.`, { retryAfterMs });
  }
}

/** Loaded only if there is a quota, since loading takes its time. Its timers keep no process alive. */
async function createLimiter(points: number): Promise<RateLimiterMemory> {
  const { RateLimiterMemory } = await import('rate-limiter-flexible');
  return new RateLimiterMemory({ points, duration: minuteMs / 1000 });
}
