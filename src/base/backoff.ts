/**
 * How long to wait before trying again after `failures` failures before this one, in ms: doubling from `firstMs` up to
 * `longestMs`, spread over the upper half by `random` (between 0 and 1), so that many who failed together don't return
 * together.
 */
export function backoffMs(firstMs: number, failures: number, longestMs: number, random: () => number): number {
  return Math.min(firstMs * 2 ** failures, Math.max(longestMs, firstMs)) * (0.5 + random() / 2);
}
