/** ask - bid, rounded to the decimals of the prices to remove binary rounding errors. Null if a price is missing. */
export function spreadOf(bid: number | undefined, ask: number | undefined): number | null {
  if (bid === undefined || ask === undefined) return null;
  return Number((ask - bid).toFixed(Math.max(decimalsOf(bid), decimalsOf(ask))));
}

/** Halfway between bid and ask, with at most one decimal more than the prices. Null if a price is missing. */
export function midOf(bid: number | undefined, ask: number | undefined): number | null {
  if (bid === undefined || ask === undefined) return null;
  return Number((bid / 2 + ask / 2).toFixed(Math.min(100, Math.max(decimalsOf(bid), decimalsOf(ask)) + 1)));
}

/** Number of decimals in the shortest text that parses to this number; at most 100, the maximum of toFixed. */
function decimalsOf(price: number): number {
  const [digits = '', exponent = '0'] = String(price).split('e');
  const fraction = digits.split('.')[1]?.length ?? 0;
  return Math.min(100, Math.max(0, fraction - Number(exponent)));
}
