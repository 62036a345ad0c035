/** Splits a comma-separated list. Blank items are left out. */
export function toItems(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}
