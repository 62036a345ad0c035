import { LRUCache } from 'lru-cache';
import type { CacheEntry, CacheStore } from './cache-store.ts';

/** How much a store can hold: a number of entries, or a sum of their sizes. */
export type StoreLimit<E> =
  | { readonly maxEntries: number }
  | { readonly maxSize: number; readonly sizeOf: (entry: E) => number };

/** A store in the memory of this process. When it is full, it drops the least recently used entries. */
export class MemoryStore<E extends CacheEntry> implements CacheStore<E> {
  readonly #entries: LRUCache<string, E>;

  constructor(limit: StoreLimit<E>) {
    this.#entries =
      'maxEntries' in limit
        ? new LRUCache({ max: limit.maxEntries })
        : new LRUCache({ maxSize: limit.maxSize, sizeCalculation: limit.sizeOf });
  }

  get(key: string): E | undefined {
    return this.#entries.get(key);
  }

  set(key: string, entry: E): void {
    this.#entries.set(key, entry);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
