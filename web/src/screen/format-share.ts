/** A range or a spread with this many decimals: 1.50%. One that would look like zero is < 0.01%. Null is a dash. */
export function formatShare(percentage: number | null, decimals: number): string {
  if (percentage === null) return '–';
  const text = percentage.toFixed(decimals);
  return percentage > 0 && Number(text) === 0 ? `< ${(10 ** -decimals).toFixed(decimals)}%` : `${text}%`;
}
