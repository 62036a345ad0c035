import type { FeedEvent } from '../../feed/reconcile/feed-event.ts';

/** Executes an operation for one event; resolves with the payload prefix of the messages. Never rejects. */
export type EncodePayload = (event: FeedEvent<object>) => Promise<Buffer>;

/** The common part of all messages with the same payload: everything before the operation id. */
export function toPayloadPrefix(payload: string): Buffer {
  return Buffer.from(`{"type":"next","payload":${payload},"id":`);
}

/** Payload prefixes by the value from which they were made. */
class PrefixesByValue {
  readonly #prefixes = new WeakMap<object, Promise<Buffer>>();
  /** Number of groups that use them. */
  users = 0;

  find(event: FeedEvent<object>, encode: EncodePayload): Promise<Buffer> {
    const known = this.#prefixes.get(event.value);
    if (known) return known;
    const prefix = encode(event);
    this.#prefixes.set(event.value, prefix);
    return prefix;
  }
}

/**
 * Payload prefixes that groups share. Operations with the same payload key are executed and encoded once for each
 * event, even if they began at different times. All prefixes of a key are forgotten with the last group that uses them,
 * and each prefix is forgotten with its value.
 */
export class PayloadPrefixes {
  readonly #byPayload = new Map<string, PrefixesByValue>();

  /** Number of different payload keys in use. */
  get payloadCount(): number {
    return this.#byPayload.size;
  }

  /** Returns the encoder of a group. `payload` is the payload key. */
  take(payload: string, encode: EncodePayload): EncodePayload {
    const prefixes = this.#byPayload.get(payload) ?? new PrefixesByValue();
    this.#byPayload.set(payload, prefixes);
    prefixes.users += 1;
    return (event) => prefixes.find(event, encode);
  }

  /** Must be called once for each `take`. */
  release(payload: string): void {
    const prefixes = this.#byPayload.get(payload);
    if (!prefixes) return;
    prefixes.users -= 1;
    if (prefixes.users === 0) this.#byPayload.delete(payload);
  }
}
