import { MarketDataError } from '../../market/errors.ts';
import type { LimitScope } from './concurrency-limit.ts';

/** Why there is no memory for a subscription. */
export interface MemoryExcess {
  /** The limit that it would exceed; null if it is too large for that limit by itself, so that no waiting helps. */
  readonly scope: LimitScope | null;
  /** How much more it would keep, in bytes. */
  readonly bytes: number;
  readonly toError: () => MarketDataError;
}

/** `alone` is all that the subscription needs, `bytes` the part of that which nobody keeps already. */
export function toMemoryExcess(scope: LimitScope, maxBytes: number, alone: number, bytes: number): MemoryExcess {
  const limit = `more than ${toMegabytes(maxBytes)} MB of this server's memory, which is the most`;
  if (alone > maxBytes) {
    const message = `This subscription alone would keep ${limit} that may be kept: send a shorter document.`;
    return { scope: null, bytes, toError: () => new MarketDataError('TOO_MANY_SUBSCRIPTIONS', message) };
  }
  const message =
    scope === 'address'
      ? `The open subscriptions of your address would keep ${limit} they may: end some first, and send one short document with variables rather than many.`
      : `The open subscriptions of all clients would keep ${limit} they may: try again later.`;
  const toError = () => new MarketDataError('TOO_MANY_SUBSCRIPTIONS', message, { retryable: true });
  return { scope, bytes, toError };
}

function toMegabytes(bytes: number): number {
  return Math.round((10 * bytes) / 1024 / 1024) / 10;
}
