/** Bytes that all instances of this server share. It may forget any of them at any time. Never rejects. */
export interface SharedBytes {
  /** Null for keys that are unknown or cannot be read in time. */
  get(keys: readonly string[]): Promise<readonly (Buffer | null)[]>;
  /** Does not wait. */
  set(key: string, value: Buffer, ttlMs: number): void;
}
