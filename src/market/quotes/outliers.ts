/** Fewer prices than this say nothing about which of them is wrong. */
const minPrices = 3;

/** How far a price may always lie from the median, as a fraction of it. */
const minTolerance = 0.05;

/** How many median absolute deviations a price may lie from the median; about 3.4 standard deviations. */
const maxDeviations = 5;

/** True for a price that is too far from those of the other exchanges to be right. */
export type IsOutlier = (price: number) => boolean;

/**
 * A price is an outlier if it deviates from the median of all prices by more than 5 % and by more than five times the
 * median absolute deviation. Unlike mean and standard deviation, both stay right while up to half of the prices are
 * wrong. With fewer than three prices nothing is an outlier: of two that differ, either can be wrong.
 */
export function findOutliers(prices: readonly number[]): IsOutlier {
  const median = medianOf(prices);
  if (median === null || prices.length < minPrices) return () => false;
  const deviation = medianOf(prices.map((price) => Math.abs(price - median))) ?? 0;
  const tolerance = Math.max(median * minTolerance, deviation * maxDeviations);
  return (price) => Math.abs(price - median) > tolerance;
}

/** The middle of the values; halfway between the two in the middle if their number is even. Null without values. */
export function medianOf(values: readonly number[]): number | null {
  const [below, above] = middleOf(values);
  if (below === undefined || above === undefined) return null;
  return below === above ? below : below / 2 + above / 2;
}

/** The two values in the middle, which are the same one if the number of values is odd. */
export function middleOf(values: readonly number[]): readonly [number | undefined, number | undefined] {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
}
