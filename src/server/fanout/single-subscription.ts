import type { EncodedPayload } from './encoded-payload.ts';
import type { ResumedEventSource } from './event-source.ts';
import type { GroupOptions } from './group.ts';
import type { DeliveryCounts, GroupSubscription, OpenSubscription, SubscriptionHost } from './group-subscription.ts';
import { LastSent } from './last-sent.ts';

export interface SingleSubscriptionOptions extends Omit<GroupOptions, 'source'> {
  readonly source: ResumedEventSource;
}

/**
 * A group with one subscription. An operation that begins in the past has its own history, so no other operation can
 * join it. Nothing is sent before the subscription has begun, and history is sent only as fast as the connection accepts
 * it.
 */
export class SingleSubscription implements SubscriptionHost {
  readonly #options: SingleSubscriptionOptions;
  #onDrained = (): void => {};
  #isOver = false;

  constructor(options: SingleSubscriptionOptions) {
    this.#options = options;
  }

  get slowConsumer(): EncodedPayload {
    return this.#options.slowConsumer;
  }

  get counts(): DeliveryCounts {
    return this.#options.counts;
  }

  /** Adds its subscription. Nothing is sent to it until it is started. Must be called once. */
  join<S extends GroupSubscription>(open: OpenSubscription<S>): S {
    return open(this);
  }

  onStart(subscription: GroupSubscription): void {
    void this.#run(subscription);
  }

  onStalled(subscription: GroupSubscription): void {
    this.#options.onStalled(subscription);
  }

  onDrained(): void {
    this.#onDrained();
  }

  onEnd(subscription: GroupSubscription): void {
    this.#options.onLeave(subscription);
    this.close();
  }

  /** Ends the source and with it the subscription. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onEnd();
    this.#onDrained();
    void this.#options.source.return();
  }

  async #run(subscription: GroupSubscription): Promise<void> {
    const { source, encode } = this.#options;
    const lastSent = new LastSent();
    let number = 0;
    for await (const event of source) {
      number += 1;
      const payload = await encode(event);
      if (lastSent.isRepeated(event.key, payload)) this.counts.unchanged += 1;
      else subscription.send(event.key, number, payload);
      if (source.isReplaying && subscription.isStalled) await this.#whenDrained();
    }
    subscription.finish(null);
  }

  #whenDrained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained = resolve;
    });
  }
}
