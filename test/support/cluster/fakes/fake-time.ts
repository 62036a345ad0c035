import type { SharedTime } from '../../../../src/cluster/members/shared-time.ts';

/** The shared time of an instance whose clock is ahead of Redis by `aheadMs`. */
export function timeAheadBy(aheadMs: number): SharedTime {
  return { toShared: (local) => local - aheadMs, toLocal: (shared) => shared + aheadMs };
}
