/** What the page keeps in the browser, as JSON. Where the browser allows no storage, nothing is kept. */
export class Saved<T> {
  readonly #key: string;
  readonly #parse: (value: unknown) => T | null;
  readonly #open: () => Storage;

  /** `parse` returns null for what another version of the page has left. A browser may refuse to `open` its storage. */
  constructor(key: string, parse: (value: unknown) => T | null, open: () => Storage = () => localStorage) {
    this.#key = `tickql.${key}`;
    this.#parse = parse;
    this.#open = open;
  }

  read(): T | null {
    try {
      const text = this.#open().getItem(this.#key);
      return text === null ? null : this.#parse(JSON.parse(text));
    } catch {
      return null;
    }
  }

  write(value: T): void {
    try {
      this.#open().setItem(this.#key, JSON.stringify(value));
    } catch {
      // The page works without.
    }
  }

  remove(): void {
    try {
      this.#open().removeItem(this.#key);
    } catch {
      // There is nothing to remove.
    }
  }
}
