import { MarketDataError } from '../../market/errors.ts';

const minuteMs = 60_000;

/** The points that a subject has taken in its minute. */
export interface TakenPoints {
  readonly consumedPoints: number;
  /** Until the minute ends. */
  readonly msBeforeNext: number;
}

/** Counts the points of each subject; the part of rate-limiter-flexible that quotas need. */
export interface Limiter {
  /** Adds points, also above the limit. */
  penalty(subject: string, points: number): Promise<TakenPoints>;
  /** Takes points back. */
  reward(subject: string, points: number): Promise<TakenPoints>;
  get(subject: string): Promise<TakenPoints | null>;
}

/** Creates the limiter of the quota with this name. Limiters of the same name may count together, in other instances too. */
export type CreateLimiter = (name: string, perMinute: number) => Promise<Limiter>;

export interface QuotaOptions {
  readonly name: string;
  readonly perMinute: number;
  /** The error message for a client that requests more, without the end of the sentence. */
  readonly message: string;
  readonly createLimiter: CreateLimiter;
}

/** Limits how many points each subject can take per minute. The minute of a subject begins with its first points. */
export class Quota {
  readonly perMinute: number;
  readonly #message: string;
  readonly #limiter: Promise<Limiter>;

  constructor({ name, perMinute, message, createLimiter }: QuotaOptions) {
    this.perMinute = perMinute;
    this.#message = message;
    this.#limiter = createLimiter(name, perMinute);
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
 * A limiter in the memory of this process. It is loaded only if there is a quota, because loading takes time. Its timers
 * do not keep the process alive.
 */
export async function createMemoryLimiter(_name: string, points: number): Promise<Limiter> {
  const { RateLimiterMemory } = await import('rate-limiter-flexible');
  return new RateLimiterMemory({ points, duration: minuteMs / 1000 });
}
