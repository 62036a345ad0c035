interface Kept {
  readonly number: number;
  readonly text: string;
}

/** How much of one topic is kept. */
const maxMessages = 256;
const maxCharacters = 65_536;

/** The newest messages of a topic as text, for receivers that have missed some of them. */
export class Backlog {
  readonly #kept: Kept[] = [];
  #characters = 0;

  add(number: number, text: string): void {
    this.#kept.push({ number, text });
    this.#characters += text.length;
    while (this.#kept.length > maxMessages || this.#characters > maxCharacters) {
      this.#characters -= this.#kept.shift()?.text.length ?? 0;
    }
  }

  /** All messages after the one with the number, oldest first; null if not all of them have been kept. */
  after(number: number): readonly string[] | null {
    const [oldest] = this.#kept;
    if (!oldest || oldest.number > number + 1) return null;
    return this.#kept.filter((kept) => kept.number > number).map(({ text }) => text);
  }
}
