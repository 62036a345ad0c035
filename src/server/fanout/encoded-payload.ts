import type { FeedEvent } from '../../feed/reconcile/feed-event.ts';

/** Executes an operation for one event; resolves with the payload of the messages. Never rejects. */
export type EncodePayload = (event: FeedEvent<object>) => Promise<EncodedPayload>;

/** The JSON of a payload, and the bytes that each protocol sends for it. Each form is made once, when it is needed. */
export class EncodedPayload {
  readonly json: string;
  #messagePrefix: Buffer | null = null;

  constructor(json: string) {
    this.json = json;
  }

  /** The common part of all messages over WebSockets: everything before the operation id. */
  get messagePrefix(): Buffer {
    this.#messagePrefix ??= Buffer.from(`{"type":"next","payload":${this.json},"id":`);
    return this.#messagePrefix;
  }
}
