import type { FeedEvent } from '../../feed/reconcile/feed-event.ts';

/** Executes an operation for one event; resolves with the head of the messages. Never rejects. */
export type Encode = (event: FeedEvent<object>) => Promise<Buffer>;

/** Heads of messages by the value that they were made from. */
class Heads {
  readonly #heads = new WeakMap<object, Promise<Buffer>>();
  /** How many groups have them. */
  users = 0;

  find(event: FeedEvent<object>, encode: Encode): Promise<Buffer> {
    const known = this.#heads.get(event.value);
    if (known) return known;
    const head = encode(event);
    this.#heads.set(event.value, head);
    return head;
  }
}

/**
 * Heads of messages that groups share: what makes the same of every event, whenever it began, is executed and encoded
 * once for each. They are forgotten with the last group that has them, and each with its value.
 */
export class PayloadPrefixes {
  readonly #byPayload = new Map<string, Heads>();

  /** How many different payloads groups have. */
  get payloadCount(): number {
    return this.#byPayload.size;
  }

  /** The encoder of a group whose operation `payload` tells from all that make something else of an event. */
  take(payload: string, encode: Encode): Encode {
    const heads = this.#byPayload.get(payload) ?? new Heads();
    this.#byPayload.set(payload, heads);
    heads.users += 1;
    return (event) => heads.find(event, encode);
  }

  /** To be called once for each `take`. */
  release(payload: string): void {
    const heads = this.#byPayload.get(payload);
    if (!heads) return;
    heads.users -= 1;
    if (heads.users === 0) this.#byPayload.delete(payload);
  }
}
