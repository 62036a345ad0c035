import type { SharedStore } from './shared-store.ts';

/** What a message is for: the first word of its channel's name, of which `prefix` is the part that all have in common. */
export function toTrafficKind(channel: string, prefix: string): string {
  const name = channel.startsWith(prefix) ? channel.slice(prefix.length) : 'other';
  const end = name.indexOf(':');
  return end === -1 ? name : name.slice(0, end);
}

/** Counts the bytes of the values that are read and written. */
export class CountedStore implements SharedStore {
  readonly #store: SharedStore;
  readonly #onBytes: (direction: 'sent' | 'received', bytes: number) => void;

  constructor(store: SharedStore, onBytes: (direction: 'sent' | 'received', bytes: number) => void) {
    this.#store = store;
    this.#onBytes = onBytes;
  }

  async get(keys: readonly string[]): Promise<readonly (Buffer | null)[]> {
    const values = await this.#store.get(keys);
    for (const value of values) if (value) this.#onBytes('received', value.length);
    return values;
  }

  async set(key: string, value: Buffer, ttlMs: number): Promise<void> {
    await this.#store.set(key, value, ttlMs);
    this.#onBytes('sent', value.length);
  }
}
