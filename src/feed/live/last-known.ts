import { ageOf } from '../../base/age.ts';
import type { MarketDataError } from '../../market/errors.ts';
import { toStale } from '../../market/model/staleness.ts';

/** A value that the feed received at `receivedAt`, epoch ms. */
interface ReceivedValue {
  readonly receivedAt: number;
  readonly stale: boolean;
}

/**
 * The value that answers although its call failed with `error`: marked stale, and at most `staleMaxMs` old. Null if
 * there is none, or if the request was wrong, because then an old value would hide the mistake.
 */
export function toLastKnown<V extends ReceivedValue>(
  value: V | undefined,
  error: MarketDataError,
  now: number,
  staleMaxMs: number,
): V | null {
  const isMistake = error.isFinal || error.code === 'BAD_USER_INPUT';
  if (!value || isMistake || ageOf(value.receivedAt, now) > staleMaxMs) return null;
  return toStale(value);
}

/** The value that was received later, of two that are stale or have to be marked so. */
export function toLaterKnown<V extends ReceivedValue>(fetched: V, live: V | undefined): V {
  return !live || live.receivedAt <= fetched.receivedAt ? fetched : toStale(live);
}
