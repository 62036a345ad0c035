/**
 * How long to wait before the next attempt, in ms: `initialMs`, doubled for each earlier failure up to `maxMs`. `random`
 * (between 0 and 1) spreads the result over its upper half, so that clients that failed together do not retry together.
 */
export function backoffMs(initialMs: number, failures: number, maxMs: number, random: () => number): number {
  return Math.min(initialMs * 2 ** failures, Math.max(maxMs, initialMs)) * (0.5 + random() / 2);
}
