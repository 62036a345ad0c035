import type { FeedEvent } from '../../feed/reconcile/feed-event.ts';

/** Executes an operation for one event; resolves with the payload prefix of the messages. Never rejects. */
export type EncodePayload = (event: FeedEvent<object>) => Promise<Buffer>;

/** What all messages with the same payload have in common, up to the operation's id. */
export function toPayloadPrefix(payload: string): Buffer {
  return Buffer.from(`{"type":"next","payload":${payload},"id":`);
}

/** Payload prefixes by the value that they were made from. */
class PrefixesByValue {
  readonly #prefixes = new WeakMap<object, Promise<Buffer>>();
  /** How many groups use them. */
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
 * Payload prefixes that groups share. Operations that make the same of every event, whenever they began, are executed and
 * encoded once for each event. The prefixes are forgotten with the last group that uses them, and each with its value.
 */
export class PayloadPrefixes {
  readonly #byPayload = new Map<string, PrefixesByValue>();

  /** How many different payloads groups have. */
  get payloadCount(): number {
    return this.#byPayload.size;
  }

  /** The encoder of a group. `payload` is the same for operations that make the same of every event. */
  take(payload: string, encode: EncodePayload): EncodePayload {
    const prefixes = this.#byPayload.get(payload) ?? new PrefixesByValue();
    this.#byPayload.set(payload, prefixes);
    prefixes.users += 1;
    return (event) => prefixes.find(event, encode);
  }

  /** To be called once for each `take`. */
  release(payload: string): void {
    const prefixes = this.#byPayload.get(payload);
    if (!prefixes) return;
    prefixes.users -= 1;
    if (prefixes.users === 0) this.#byPayload.delete(payload);
  }
}
