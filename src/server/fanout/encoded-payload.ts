import type { FeedEvent } from '../../feed/reconcile/feed-event.ts';

/** Executes an operation for one event; resolves with the payload of the messages. Never rejects. */
export type EncodePayload = (event: FeedEvent<object>) => Promise<EncodedPayload>;

/** An event in a stream of plain values. */
export interface ValueEvent {
  readonly bytes: Buffer;
  /** Null unless nothing comes after it: after an error, clients reconnect when this time has passed, in ms. */
  readonly retryMs: number | null;
}

/** The JSON of a payload, and the bytes that each protocol sends for it. Each form is made once, when it is needed. */
export class EncodedPayload {
  readonly json: string;
  #messagePrefix: Buffer | null = null;
  #streamEvent: Buffer | null = null;
  #valueEvent: ValueEvent | null = null;

  constructor(json: string) {
    this.json = json;
  }

  /** The common part of all messages over WebSockets: everything before the operation id. */
  get messagePrefix(): Buffer {
    this.#messagePrefix ??= Buffer.from(`{"type":"next","payload":${this.json},"id":`);
    return this.#messagePrefix;
  }

  /** The event in event streams. JSON has no line breaks, so it is one line of data. */
  get streamEvent(): Buffer {
    this.#streamEvent ??= Buffer.from(`event: next\ndata: ${this.json}\n\n`);
    return this.#streamEvent;
  }

  /**
   * The event in streams of plain values. `encode` depends only on the document, which is the same for all subscriptions
   * that share the payload.
   */
  toValueEvent(encode: (json: string) => ValueEvent): ValueEvent {
    this.#valueEvent ??= encode(this.json);
    return this.#valueEvent;
  }
}
