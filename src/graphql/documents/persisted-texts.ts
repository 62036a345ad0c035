import { LRUCache } from 'lru-cache';

/** Strings take up to two bytes a character. */
const maxBytes = 8 * 1024 * 1024;

/** What an entry takes besides its text. */
const entryBytes = 500;

/** Texts of documents by the hash that clients send in their place. The least recently used leave once it is full. */
export class PersistedTexts {
  readonly #texts = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (text) => 2 * text.length + entryBytes,
  });

  has(hash: string): boolean {
    return this.#texts.has(hash);
  }

  find(hash: string): string | undefined {
    return this.#texts.get(hash);
  }

  keep(hash: string, text: string): void {
    this.#texts.set(hash, text);
  }
}
