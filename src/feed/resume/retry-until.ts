import { type Clock, sleep } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';

/** The minimum wait before a call is repeated, in ms. */
const pauseMs = 500;

/**
 * Makes a call and returns its result. If the call fails with a retryable error, it is repeated until `endAt` (epoch
 * ms), each time after the wait that the error names. Rejects with the last error.
 */
export async function retryUntil<T>(clock: Clock, endAt: number, call: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof MarketDataError) || !error.retryable) throw error;
      const waitMs = Math.max(pauseMs, error.details.retryAfterMs ?? 0);
      if (clock.now() + waitMs > endAt) throw error;
      await sleep(clock, waitMs);
    }
  }
}
