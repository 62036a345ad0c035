/** Values that all instances read and write, in Redis. It may forget any value at any time. */
export interface SharedStore {
  /** The values of the keys, in their order; null for those that are unknown. Rejects with RedisUnavailable. */
  get(keys: readonly string[]): Promise<readonly (Buffer | null)[]>;
  /** Rejects with RedisUnavailable, also if Redis is out of memory. */
  set(key: string, value: Buffer, ttlMs: number): Promise<void>;
}
