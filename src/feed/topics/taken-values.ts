/**
 * Remembers the last value of each key that a subscriber has taken, so that events that change nothing are left out.
 */
export class TakenValues<V> {
  readonly #values = new Map<string, V>();
  readonly #isSame: ((taken: V, next: V) => boolean) | undefined;
  readonly #maxKeys: number;

  /** Without `isSame`, every event is sent and nothing is remembered. */
  constructor(isSame: ((taken: V, next: V) => boolean) | undefined, maxKeys: number) {
    this.#isSame = isSame;
    this.#maxKeys = maxKeys;
  }

  /** True if the value changes nothing for the subscriber. */
  isRepeated(key: string, value: V): boolean {
    const taken = this.#values.get(key);
    return taken !== undefined && (this.#isSame?.(taken, value) ?? false);
  }

  add(key: string, value: V): void {
    if (!this.#isSame) return;
    this.#values.delete(key);
    this.#values.set(key, value);
    // Keys that keep growing in number, such as those of candles, must not fill the memory.
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#maxKeys) break;
      this.#values.delete(oldest);
    }
  }

  clear(): void {
    this.#values.clear();
  }
}
