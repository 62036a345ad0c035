import type { FeedEvent } from '../../feed/reconcile/feed-event.ts';
import type { EncodedPayload, EncodePayload } from './encoded-payload.ts';

/** Payloads by the value from which they were made. */
class PayloadsByValue {
  readonly #payloads = new WeakMap<object, Promise<EncodedPayload>>();
  /** Number of groups that use them. */
  users = 0;

  find(event: FeedEvent<object>, encode: EncodePayload): Promise<EncodedPayload> {
    const known = this.#payloads.get(event.value);
    if (known) return known;
    const payload = encode(event);
    this.#payloads.set(event.value, payload);
    return payload;
  }
}

/**
 * Payloads that groups share. Operations with the same payload key are executed and encoded once for each event, even
 * if they began at different times. All payloads of a key are forgotten with the last group that uses them, and each
 * payload is forgotten with its value.
 */
export class SharedPayloads {
  readonly #byKey = new Map<string, PayloadsByValue>();

  /** Number of different payload keys in use. */
  get keyCount(): number {
    return this.#byKey.size;
  }

  /** Returns the encoder of a group. `key` is the payload key. */
  take(key: string, encode: EncodePayload): EncodePayload {
    const payloads = this.#byKey.get(key) ?? new PayloadsByValue();
    this.#byKey.set(key, payloads);
    payloads.users += 1;
    return (event) => payloads.find(event, encode);
  }

  /** Must be called once for each `take`. */
  release(key: string): void {
    const payloads = this.#byKey.get(key);
    if (!payloads) return;
    payloads.users -= 1;
    if (payloads.users === 0) this.#byKey.delete(key);
  }
}
