import type { Expiry } from '../../../graphql/execution/freshness.ts';

/** Caches keep an answer that never expires for one hour: a new version of this server can answer differently. */
const maxAgeS = 3600;

/**
 * The Cache-Control header of an answer at `now`, epoch ms. `isPrivate` if the client has sent an API key. Seconds are
 * rounded down, so that no cache keeps the answer longer than this server would.
 */
export function toCacheControl(expiry: Expiry | null, now: number, isPrivate: boolean): string {
  if (!expiry) return 'no-store';
  const seconds = expiry.isLive ? 0 : Math.min(maxAgeS, Math.floor((expiry.until - now) / 1000));
  const scope = isPrivate ? 'private' : 'public';
  return seconds >= 1 ? `${scope}, max-age=${seconds}` : `${scope}, no-cache`;
}
