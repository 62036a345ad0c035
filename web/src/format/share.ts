/** The spread of a liquid market is often below 0.001%. */
const spreadDecimals = 4;

/** A spread in percent of the price. */
export function formatSpread(percentage: number | null): string {
  return formatShare(percentage, spreadDecimals);
}

/** A share with this many decimals: 1.50%. One that would look like zero is < 0.01%. Null is a dash. */
export function formatShare(percentage: number | null, decimals: number): string {
  if (percentage === null) return '–';
  const text = percentage.toFixed(decimals);
  return percentage > 0 && Number(text) === 0 ? `< ${(10 ** -decimals).toFixed(decimals)}%` : `${text}%`;
}
