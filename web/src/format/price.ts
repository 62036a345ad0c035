const maxDecimals = 12;
const significant = 5;

/** Made once: to make one takes longer than to format a thousand prices. The index is the number of decimals. */
const formatters = Array.from({ length: maxDecimals + 1 }, (_, decimals) => {
  return new Intl.NumberFormat('en', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    // Without a sign for what is rounded to zero.
    signDisplay: 'negative',
  });
});

/**
 * A price of any magnitude, without an exponent where that can be read. `step` is the smallest step of the market's
 * prices: with it, all prices of the market have the same number of decimals, except for one that would look like zero.
 * Null is a dash: there is no price.
 */
export function formatPrice(price: number | null, step: number | null = null): string {
  if (price === null) return '–';
  const size = Math.abs(price);
  const hasStep = step !== null && step > 0 && (size === 0 || size >= step);
  const decimals = hasStep ? decimalsOf(step) : decimalsFor(size);
  return formatters[decimals]?.format(price) ?? price.toExponential(significant - 1);
}

/** The decimals of a step: 2 for 0.01, 1 for 0.5, 0 for 10. */
export function decimalsOf(step: number): number {
  for (let decimals = 0; decimals <= maxDecimals; decimals++) {
    const scaled = step * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return decimals;
  }
  return maxDecimals + 1;
}

/** Five significant digits, but at least two decimals. */
function decimalsFor(price: number): number {
  if (price === 0) return 2;
  const magnitude = Math.floor(Math.log10(price));
  return Math.max(2, significant - 1 - magnitude);
}
