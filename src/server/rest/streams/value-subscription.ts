import type { ServerResponse } from 'node:http';
import type { EncodedPayload, ValueEvent } from '../../fanout/encoded-payload.ts';
import type { SubscriptionHost } from '../../fanout/group-subscription.ts';
import { StreamSubscription } from '../../sse/stream-subscription.ts';
import type { EncodeEvent } from './event-encoder.ts';

/**
 * A subscription whose events are plain values. An error is its last event. When it ends for another reason, the
 * response ends without a word: the client then reconnects.
 */
export class ValueSubscription extends StreamSubscription {
  readonly #encode: EncodeEvent;

  constructor(host: SubscriptionHost, response: ServerResponse, encode: EncodeEvent) {
    super(host, response);
    this.#encode = encode;
  }

  /** Returns null if the client needs nothing of the payload. */
  protected toEvent(payload: EncodedPayload): ValueEvent | null {
    return payload.toValueEvent(this.#encode);
  }

  protected override write(payload: EncodedPayload): boolean {
    if (!this.isOpen) return false;
    const event = this.toEvent(payload);
    if (!event) return false;
    this.response.write(event.bytes);
    if (event.isLast) this.response.end();
    return true;
  }

  protected override onEnded(): void {
    if (this.isOpen) this.response.end();
  }
}
