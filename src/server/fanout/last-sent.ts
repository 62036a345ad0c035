import type { EncodedPayload } from './encoded-payload.ts';

/** For candles, of which the newest two can change. */
const maxKeysOfMarket = 8;

/**
 * The payload that was sent last for each key, so that payloads that are the same are not sent again. A selection such
 * as `{ symbol last }` does not change with every tick.
 */
export class LastSent {
  readonly #payloads = new Map<string, string>();
  readonly #maxKeys: number;

  constructor(maxKeys = maxKeysOfMarket) {
    this.#maxKeys = maxKeys;
  }

  /** True if this payload was sent last. Otherwise remembers it. */
  isRepeated(key: string, { json }: EncodedPayload): boolean {
    if (this.#payloads.get(key) === json) return true;
    this.#payloads.delete(key);
    this.#payloads.set(key, json);
    // Each candle and each batch of trades has a key of its own.
    for (const oldest of this.#payloads.keys()) {
      if (this.#payloads.size <= this.#maxKeys) break;
      this.#payloads.delete(oldest);
    }
    return false;
  }

  /**
   * Called when a subscription that joined has received this payload. If it differs from what the others have, the next
   * one is sent to all.
   */
  onJoin(key: string, { json }: EncodedPayload): void {
    if (this.#payloads.get(key) !== json) this.#payloads.delete(key);
  }

  forget(key: string): void {
    this.#payloads.delete(key);
  }
}
