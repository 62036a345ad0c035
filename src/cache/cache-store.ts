/**
 * The times of a cache entry. They are part of the entry, so that they mean the same to every process that reads it.
 */
export interface CacheEntry {
  /** When the exchange last answered or failed, epoch ms. */
  readonly storedAt: number;
  /** How long after that the entry is useful, in ms. Then a store may drop it. */
  readonly ttlMs: number;
}

/**
 * Where a cache keeps its entries. It may forget any entry at any time. Entries are readonly data, so a store may hold
 * them in another process; it is read on every query, so reading must not wait.
 */
export interface CacheStore<E extends CacheEntry> {
  get(key: string): E | undefined;
  set(key: string, entry: E): void;
  delete(key: string): void;
}
