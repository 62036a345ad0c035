import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EncodedPayload, EncodePayload } from './encoded-payload.ts';
import type { SharedEventSource } from './event-source.ts';
import type { DeliveryCounts, GroupSubscription, OpenSubscription, SubscriptionHost } from './group-subscription.ts';
import { LastSent } from './last-sent.ts';

export interface GroupOptions {
  /** The payload of the error for a subscription whose client is too slow. */
  readonly slowConsumer: EncodedPayload;
  readonly counts: DeliveryCounts;
  readonly source: SharedEventSource;
  /** Returns the payload for an event. The same value is not executed a second time. */
  readonly encode: EncodePayload;
  /** Called while a subscription waits for its connection to drain. */
  readonly onStalled: (subscription: GroupSubscription) => void;
  /** Called once for each subscription that ends. */
  readonly onLeave: (subscription: GroupSubscription) => void;
  /** Called once, when the source has ended or no subscription is left. */
  readonly onEnd: () => void;
}

/** Number of connections that are written to before other work can run. */
export const writesPerTurn = 500;

/** A group of equal operations. Each event is executed once, and all subscriptions receive the same bytes. */
export class Group implements SubscriptionHost {
  readonly #options: GroupOptions;
  readonly #subscriptions = new Set<GroupSubscription>();
  readonly #lastSent = new LastSent();
  /**
   * Set once the first subscription has begun. Reading starts a turn later, so that all subscriptions of this turn get
   * all events.
   */
  #reading: Promise<void> | null = null;
  #isReading = false;
  #isOver = false;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * True while a subscription that joins now would receive the latest events at once, or the next event when it
   * arrives.
   */
  get isReady(): boolean {
    return this.#options.source.isReady;
  }

  get slowConsumer(): EncodedPayload {
    return this.#options.slowConsumer;
  }

  get counts(): DeliveryCounts {
    return this.#options.counts;
  }

  /** Adds a subscription. Nothing is sent to it until it is started. */
  join<S extends GroupSubscription>(open: OpenSubscription<S>): S {
    const subscription = open(this);
    this.#subscriptions.add(subscription);
    return subscription;
  }

  onStart(subscription: GroupSubscription): void {
    if (this.#isReading) void this.#sendLatest(subscription);
    else this.#reading ??= nextTurn().then(() => this.#run());
  }

  onStalled(subscription: GroupSubscription): void {
    this.#options.onStalled(subscription);
  }

  onEnd(subscription: GroupSubscription): void {
    this.#subscriptions.delete(subscription);
    this.#options.onLeave(subscription);
    if (this.#subscriptions.size === 0) this.close();
  }

  /** Ends the source and with it the subscriptions. No subscription can join from now on. */
  close(): void {
    this.#markOver();
    void this.#options.source.return();
  }

  /** Sends the latest events to a subscription that joined while the group was running. */
  async #sendLatest(subscription: GroupSubscription): Promise<void> {
    const { latest, offered } = this.#options.source;
    const keys = latest.map(({ key }) => key);
    subscription.expectLatest(keys, offered);
    for (const event of latest) {
      const payload = await this.#options.encode(event);
      if (subscription.sendLatest(event.key, payload)) this.#lastSent.onJoin(event.key, payload);
    }
  }

  async #run(): Promise<void> {
    this.#isReading = true;
    let last: EncodedPayload | null = null;
    const { source } = this.#options;
    for await (const event of source) {
      const number = source.taken;
      const payload = await this.#options.encode(event);
      last = payload;
      if (this.#lastSent.isRepeated(event.key, payload)) {
        this.counts.unchanged += this.#subscriptions.size;
        continue;
      }
      let sent = 0;
      let isToAll = true;
      for (const subscription of this.#subscriptions) {
        isToAll = subscription.send(event.key, number, payload) && isToAll;
        sent += 1;
        if (sent % writesPerTurn === 0) await nextTurn();
      }
      this.#lastSent.onSent(event.key, payload, isToAll);
    }
    this.#markOver();
    for (const subscription of [...this.#subscriptions]) subscription.finish(last);
  }

  #markOver(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onEnd();
  }
}
