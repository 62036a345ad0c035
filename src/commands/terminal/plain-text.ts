/** Characters that move the cursor, change colours or the direction of writing, or cannot be seen. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text in one line, without what a terminal would obey: names and sentences can come from an exchange. */
export function toPlainText(text: string): string {
  return text.replace(invisible, '');
}
