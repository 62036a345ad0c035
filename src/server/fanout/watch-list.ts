import type { EncodedPayload } from './encoded-payload.ts';
import type { DeliveryCounts, GroupSubscription, OpenSubscription, SubscriptionHost } from './group-subscription.ts';

/** Sends events to watch lists. */
export interface ListHost {
  /** True while one of the markets is ready: see `WatchList.isReady`. */
  isReady(list: WatchList): boolean;
  /** Sends the latest events to a subscription that has been started. */
  sendLatest(list: WatchList, subscription: GroupSubscription): Promise<void>;
  remove(list: WatchList): void;
}

export interface WatchListOptions {
  readonly host: ListHost;
  /** The keys of its markets. */
  readonly keys: readonly string[];
  /** Number of events offered before the list began. */
  readonly begunAt: number;
  /** True if a market of the list has ended already. */
  readonly hasLostMarket: boolean;
  readonly slowConsumer: EncodedPayload;
  readonly counts: DeliveryCounts;
  readonly onStalled: (subscription: GroupSubscription) => void;
  readonly onLeave: (subscription: GroupSubscription) => void;
  /** Called once, when its markets have ended or no subscription is left. */
  readonly onEnd: () => void;
}

/** A group of equal operations that list the same markets. It shares the payloads of each market with other lists. */
export class WatchList implements SubscriptionHost {
  readonly begunAt: number;
  readonly keys: readonly string[];
  readonly #options: WatchListOptions;
  readonly #subscriptions = new Set<GroupSubscription>();
  #openMarkets: number;
  #hasLostMarket: boolean;
  #isOver = false;

  constructor(options: WatchListOptions) {
    this.#options = options;
    this.begunAt = options.begunAt;
    this.keys = options.keys;
    this.#openMarkets = options.keys.length;
    this.#hasLostMarket = options.hasLostMarket;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * True while a subscription that joins now would receive the latest events at once, or the next event when it
   * arrives. False once a market has ended.
   */
  get isReady(): boolean {
    return !this.#hasLostMarket && this.#options.host.isReady(this);
  }

  get size(): number {
    return this.#subscriptions.size;
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

  /** Its subscriptions, including those that have not been started. */
  [Symbol.iterator](): Iterator<GroupSubscription> {
    return this.#subscriptions[Symbol.iterator]();
  }

  onStart(subscription: GroupSubscription): void {
    void this.#options.host.sendLatest(this, subscription);
  }

  onStalled(subscription: GroupSubscription): void {
    this.#options.onStalled(subscription);
  }

  onEnd(subscription: GroupSubscription): void {
    this.#subscriptions.delete(subscription);
    this.#options.onLeave(subscription);
    if (this.#subscriptions.size === 0) this.close();
  }

  /** Called when a market has ended. True if it was the last one. */
  onMarketEnd(): boolean {
    this.#hasLostMarket = true;
    this.#openMarkets -= 1;
    return this.#openMarkets === 0;
  }

  /** Ends its subscriptions. `last` is sent to those that have not been started. No subscription can join from now on. */
  close(last: EncodedPayload | null = null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.host.remove(this);
    this.#options.onEnd();
    for (const subscription of [...this.#subscriptions]) subscription.finish(last);
  }
}
