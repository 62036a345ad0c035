import { MarketDataError } from '../../market/errors.ts';
import type { LimitScope } from './concurrency-limit.ts';

/** Why there is no memory for a subscription. */
export interface MemoryExcess {
  /**
   * The scope of the exceeded limit; null if the subscription is too large by itself, so that waiting does not help.
   */
  readonly scope: LimitScope | null;
  /** How much additional memory it would keep, in bytes. */
  readonly bytes: number;
  readonly toError: () => MarketDataError;
}

/** `alone` is the total memory of the subscription, `bytes` the part that no other subscription keeps already. */
export function toMemoryExcess(scope: LimitScope, maxBytes: number, alone: number, bytes: number): MemoryExcess {
  const limit = `more than the maximum of ${toMegabytes(maxBytes)} MB of this server's memory`;
  if (alone > maxBytes) {
    const message = `This subscription alone would keep ${limit}: send a shorter document.`;
    return { scope: null, bytes, toError: () => new MarketDataError('TOO_MANY_SUBSCRIPTIONS', message) };
  }
  const message =
    scope === 'address'
      ? `The open subscriptions of your address would keep ${limit}: end some first, and send one short document with variables instead of many documents.`
      : `The open subscriptions of all clients would keep ${limit}: try again later.`;
  const toError = () => new MarketDataError('TOO_MANY_SUBSCRIPTIONS', message, { retryable: true });
  return { scope, bytes, toError };
}

function toMegabytes(bytes: number): number {
  return Math.round((10 * bytes) / 1024 / 1024) / 10;
}
