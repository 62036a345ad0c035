import { LRUCache } from 'lru-cache';

/** A string takes up to two bytes per character. */
const maxBytes = 8 * 1024 * 1024;

/** The memory of an entry in addition to its text. */
const entryBytes = 500;

/**
 * Texts of documents by the hash that clients can send instead of them. When the store is full, the least recently used
 * text is removed.
 */
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
