/** How far in the future an instant can lie and still count as now, in ms: the clocks of two machines differ by less. */
const clockDifferenceMs = 1000;

/**
 * How long ago an instant was, in ms; both are epoch ms. An instant up to a second in the future comes from another
 * machine's clock, or from ours before it was corrected: it is 0 ms old. An instant further in the future means that our
 * clock was set back. Its age is unknown, and the result is Infinity, so that its value does not count as fresh for hours.
 */
export function ageOf(instant: number, now: number): number {
  const age = now - instant;
  if (age >= 0) return age;
  return age >= -clockDifferenceMs ? 0 : Number.POSITIVE_INFINITY;
}
