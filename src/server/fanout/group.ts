import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { SharedEventSource } from './event-source.ts';
import { type DeliveryCounts, GroupSubscription, type SubscriptionHost } from './group-subscription.ts';
import type { EncodePayload } from './payload-prefix.ts';

export interface GroupOptions {
  /** The payload prefix for a subscription that cannot take all that must be sent to it. */
  readonly slowConsumer: Buffer;
  readonly counts: DeliveryCounts;
  readonly source: SharedEventSource;
  /** The payload prefix for one event. Asked again for the same value, it does not execute anything again. */
  readonly encode: EncodePayload;
  /** Called while a subscription waits for its socket to drain. */
  readonly onStalled: (subscription: GroupSubscription) => void;
  /** Called once for each subscription. */
  readonly onLeave: (subscription: GroupSubscription) => void;
  /** Called once, when the source has ended or no subscription is left. */
  readonly onEnd: () => void;
}

/** How many sockets are written to before other work gets a turn. */
const socketsPerTurn = 500;

/** Operations that are the same: executed once for each event, and the same bytes sent to all. */
export class Group implements SubscriptionHost {
  readonly #options: GroupOptions;
  readonly #subscriptions = new Set<GroupSubscription>();
  /** Set once the first subscription has begun. The source is read a turn later: what it has by then is for all that wait. */
  #reading: Promise<void> | null = null;
  #isReading = false;
  #isOver = false;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** True while a subscription that joins now would receive something at once, or as soon as there is something. */
  get isReady(): boolean {
    return this.#options.source.isReady;
  }

  get slowConsumer(): Buffer {
    return this.#options.slowConsumer;
  }

  get counts(): DeliveryCounts {
    return this.#options.counts;
  }

  /** Adds a subscription, to which nothing is sent until graphql-ws has taken it up. */
  join(socket: WebSocket, id: string): GroupSubscription {
    const subscription = new GroupSubscription(this, socket, id);
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

  /** Ends the source, and with it the subscriptions. Nobody joins from now on. */
  close(): void {
    this.#markOver();
    void this.#options.source.return();
  }

  /** Sends the latest known to a subscription that joined while the group was running. */
  async #sendLatest(subscription: GroupSubscription): Promise<void> {
    const { latest, offered } = this.#options.source;
    const keys = latest.map(({ key }) => key);
    subscription.expectLatest(keys, offered);
    for (const event of latest) subscription.sendLatest(event.key, await this.#options.encode(event));
  }

  async #run(): Promise<void> {
    this.#isReading = true;
    let last: Buffer | null = null;
    const { source } = this.#options;
    for await (const event of source) {
      const number = source.taken;
      const prefix = await this.#options.encode(event);
      last = prefix;
      let sent = 0;
      for (const subscription of this.#subscriptions) {
        subscription.send(event.key, number, prefix);
        sent += 1;
        if (sent % socketsPerTurn === 0) await nextTurn();
      }
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
