import type { ServerResponse } from 'node:http';
import type { EncodedPayload } from '../fanout/encoded-payload.ts';
import { GroupSubscription, maxBufferedBytes, type SubscriptionHost } from '../fanout/group-subscription.ts';

/** A comment, which clients ignore. */
const comment = ':\n\n';

/** Tells the client that the subscription has ended, so that it does not reconnect. */
const complete = 'event: complete\ndata:\n\n';

/** A subscription whose events are written to an HTTP response. It ends with the response, and ends the response. */
export class StreamSubscription extends GroupSubscription {
  protected readonly response: ServerResponse;

  constructor(host: SubscriptionHost, response: ServerResponse) {
    super(host);
    this.response = response;
  }

  /** Writes a comment, so that proxies keep the connection open. Does nothing while something waits to be sent. */
  keepAlive(): void {
    if (this.isOpen && this.response.writableLength === 0) this.response.write(comment);
  }

  protected get isOpen(): boolean {
    return !this.response.writableEnded && !this.response.destroyed;
  }

  protected override get isFull(): boolean {
    return this.isOpen && this.response.writableLength > maxBufferedBytes;
  }

  protected override write({ streamEvent }: EncodedPayload): boolean {
    if (!this.isOpen) return false;
    this.response.write(streamEvent);
    return true;
  }

  protected override onEnded(): void {
    if (this.isOpen) this.response.end(complete);
  }
}
