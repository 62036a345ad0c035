const compact = new Intl.NumberFormat('en', {
  notation: 'compact',
  minimumSignificantDigits: 4,
  maximumSignificantDigits: 4,
});
const percent = new Intl.NumberFormat('en', {
  style: 'percent',
  signDisplay: 'exceptZero',
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});

/** A volume or an amount, with K, M or B. All have four digits, so that columns line up: 197.0M. Null is a dash. */
export function formatAmount(amount: number | null): string {
  if (amount === null) return '–';
  return amount === 0 ? '0' : compact.format(amount);
}

/** A percentage as the schema has it, 1.5 for +1.50%. Null is a dash. */
export function formatPercentage(percentage: number | null): string {
  return percentage === null ? '–' : percent.format(percentage / 100);
}
