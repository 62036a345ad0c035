import type { GroupSubscription } from './group-subscription.ts';

/** The interval at which full connections are checked, in ms. */
const checkMs = 50;

/** Subscriptions whose connection is full. One timer drains them; it runs only while there are any. */
export class StalledSubscriptions {
  readonly #stalled = new Set<GroupSubscription>();
  #timer: NodeJS.Timeout | undefined;

  add(subscription: GroupSubscription): void {
    this.#stalled.add(subscription);
    this.#timer ??= setInterval(() => this.#drain(), checkMs);
  }

  remove(subscription: GroupSubscription): void {
    this.#stalled.delete(subscription);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #drain(): void {
    for (const subscription of this.#stalled) {
      subscription.drain();
      if (!subscription.isStalled) this.#stalled.delete(subscription);
    }
    if (this.#stalled.size === 0) this.stop();
  }
}
