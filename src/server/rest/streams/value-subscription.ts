import type { ServerResponse } from 'node:http';
import type { EncodedPayload, ValueEvent } from '../../fanout/encoded-payload.ts';
import type { SubscriptionHost } from '../../fanout/group-subscription.ts';
import { StreamSubscription } from '../../sse/stream-subscription.ts';
import type { EncodeEvent } from './event-encoder.ts';
import type { ToRetryLine } from './retry-line.ts';

/** How events are written. */
export interface EventForm {
  readonly encode: EncodeEvent;
  readonly toRetryLine: ToRetryLine;
}

/**
 * A subscription whose events are plain values. An error is its last event. When it ends for another reason, the
 * response ends without a word: the client then reconnects.
 */
export class ValueSubscription extends StreamSubscription {
  readonly #form: EventForm;

  constructor(host: SubscriptionHost, response: ServerResponse, form: EventForm) {
    super(host, response);
    this.#form = form;
  }

  /** Returns null if the client needs nothing of the payload. */
  protected toEvent(payload: EncodedPayload): ValueEvent | null {
    return payload.toValueEvent(this.#form.encode);
  }

  protected override write(payload: EncodedPayload): boolean {
    if (!this.isOpen) return false;
    const event = this.toEvent(payload);
    if (!event) return false;
    const { bytes, retryMs } = event;
    if (retryMs === null) this.response.write(bytes);
    else this.response.end(`${this.#form.toRetryLine(retryMs)}${bytes}`);
    return true;
  }

  protected override onEnded(): void {
    if (this.isOpen) this.response.end();
  }
}
