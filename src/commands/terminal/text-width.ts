/** Characters that take two columns of a terminal, such as those of the market 币安人生/USDT. */
const wide =
  /^(?![ｦ-ﾟ])(?:[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}]|[、-〿！-｠])$/u;

/** Characters that are drawn over the one before. */
const combining = /^\p{M}$/u;

/** How many columns of a terminal the text takes. */
export function widthOf(text: string): number {
  return [...text].reduce((sum, character) => sum + columnsOf(character), 0);
}

/** As much of the text as fits. */
export function cutToWidth(text: string, width: number): string {
  let end = 0;
  let left = width;
  for (const character of text) {
    left -= columnsOf(character);
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** The text with spaces behind it, until it takes the width. */
export function padToWidth(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

function columnsOf(character: string): number {
  if (wide.test(character)) return 2;
  return combining.test(character) ? 0 : 1;
}
