/** What the page keeps in the browser, as JSON. Without storage, as in a private window, nothing is kept. */
export class Saved<T> {
  readonly #key: string;
  readonly #parse: (value: unknown) => T | null;

  /** `parse` returns null for what another version of the page has left. */
  constructor(key: string, parse: (value: unknown) => T | null) {
    this.#key = `tickql.${key}`;
    this.#parse = parse;
  }

  read(): T | null {
    try {
      const text = localStorage.getItem(this.#key);
      return text === null ? null : this.#parse(JSON.parse(text));
    } catch {
      return null;
    }
  }

  write(value: T): void {
    try {
      localStorage.setItem(this.#key, JSON.stringify(value));
    } catch {
      // The page works without.
    }
  }
}
