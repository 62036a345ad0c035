import { GraphQLError } from 'graphql';
import { type Clock, sleep } from '../../../base/clock.ts';

/** Quotas can be kept elsewhere, and are not asked more often than this, in ms. */
const minWaitMs = 1000;

/**
 * Does the work again, for as long as the quota of the client is used up, when the error says that it can succeed. So a
 * long file takes as long as the quota allows, and is not cut in the middle. Rejects with every other error, and with the
 * last one when the signal aborts.
 */
export async function waitForQuota<T>(work: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  while (true) {
    try {
      return await work();
    } catch (error) {
      const waitMs = findWait(error);
      if (waitMs === null) throw error;
      await sleep(clock, Math.max(waitMs, minWaitMs), signal);
      if (signal.aborted) throw error;
    }
  }
}

/** How long the quota makes the client wait; null if something else is wrong. An error with an exchange is of that. */
function findWait(error: unknown): number | null {
  if (!(error instanceof GraphQLError)) return null;
  const { code, exchange, retryAfterMs } = error.extensions;
  return code === 'RATE_LIMITED' && exchange === undefined && typeof retryAfterMs === 'number' ? retryAfterMs : null;
}
