import type { EncodedPayload } from './encoded-payload.ts';

/** For candles, of which the newest two can change. */
const maxKeysOfMarket = 8;

/**
 * The payload that was sent last for each key, so that payloads that are the same are not sent again. A selection such
 * as `{ symbol last }` does not change with every tick.
 */
export class LastSent {
  readonly #payloads = new Map<string, string>();
  /** What newcomers have received since all subscriptions received the same; null if they have different payloads. */
  readonly #ofNewcomers = new Map<string, string | null>();
  readonly #maxKeys: number;

  constructor(maxKeys = maxKeysOfMarket) {
    this.#maxKeys = maxKeys;
  }

  /** True if this payload was sent last. Otherwise remembers it. */
  isRepeated(key: string, { json }: EncodedPayload): boolean {
    if (this.#payloads.get(key) === json) return true;
    this.#payloads.delete(key);
    this.#payloads.set(key, json);
    this.#trim(this.#payloads);
    return false;
  }

  /**
   * Called when a subscription that joined has received this payload; null if nothing is known yet. If it differs from
   * what the others have, the next one is sent to all.
   */
  onJoin(key: string, payload: EncodedPayload | null): void {
    const json = payload?.json ?? null;
    if (this.#payloads.get(key) !== json) this.#payloads.delete(key);
    const ofNewcomers = this.#ofNewcomers.get(key);
    this.#ofNewcomers.set(key, ofNewcomers === undefined || ofNewcomers === json ? json : null);
    this.#trim(this.#ofNewcomers);
  }

  /**
   * Called when a payload has been sent; `isToAll` if no newcomer has begun after its event. Newcomers can have received
   * a newer payload before the others received this one. If it differs, the next one is sent to all.
   */
  onSent(key: string, { json }: EncodedPayload, isToAll: boolean): void {
    const ofNewcomers = this.#ofNewcomers.get(key);
    if (ofNewcomers === undefined) return;
    if (isToAll) this.#ofNewcomers.delete(key);
    else if (ofNewcomers !== json) this.#payloads.delete(key);
  }

  forget(key: string): void {
    this.#payloads.delete(key);
    this.#ofNewcomers.delete(key);
  }

  /** Each candle and each batch of trades has a key of its own. */
  #trim(map: Map<string, unknown>): void {
    for (const oldest of map.keys()) {
      if (map.size <= this.#maxKeys) break;
      map.delete(oldest);
    }
  }
}
