/** The items of a list that is separated by commas. */
export function toItems(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}
