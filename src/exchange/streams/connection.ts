import { backoffMs } from '../../base/backoff.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';
import type { StreamInstance } from '../clients/stream-instance.ts';
import { ReconnectBackoff } from './reconnect-backoff.ts';
import type { Subscription } from './subscription.ts';

export interface ConnectionOptions {
  readonly openInstance: () => Promise<StreamInstance>;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  /** How long the exchange may take to confirm that a subscription has ended, in ms. */
  readonly timeoutMs: number;
  /** Called with what a stream threw, as ccxt threw it. */
  readonly onError: (error: unknown) => void;
}

/** What a connection tells its owner. */
export interface ConnectionEvents {
  /** The first message of a subscription since it was asked for. */
  readonly onFirstMessage: (subscription: Subscription) => void;
  /** A subscription has stopped, with the cause. It is asked for again, unless the connection has been retired. */
  readonly onLost: (subscription: Subscription, cause: unknown) => void;
  /** The exchange refused a subscription, and ccxt would not ask again over this connection: it is up to the owner. */
  readonly onRefused: (subscription: Subscription) => void;
}

/** One subscription over this connection. */
interface Run {
  readonly abort: AbortController;
  /** About when the exchange was asked for it, epoch ms; null while it was not. */
  askedAt: number | null;
  /** True once it has brought a message since it was asked for. */
  hasDelivered: boolean;
  /** Failures of this channel alone since its last message. */
  failures: number;
}

/** A channel that fails alone is watched again after this, then at twice the distance each time. */
const firstFailureMs = 1000;
const longestFailureMs = 60_000;

/** What an exchange refused is asked for again after this, then at twice the distance each time. */
const firstRefusalMs = 5000;
const longestRefusalMs = 300_000;

/**
 * Some subscriptions of one exchange over one ccxt instance. Each is a loop of watch calls. Where the socket fails, the
 * instance is closed, and a new one, without the old one's books and caches, dials after a pause that all share. ccxt
 * dials on the next watch call, even after `close()`, so every loop looks whether it has been ended before it calls.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #runs = new Map<Subscription, Run>();
  /** By channel, what must be over before the channel can be subscribed again. */
  readonly #leaving = new Map<string, Promise<unknown>>();
  readonly #closing = new Set<Promise<void>>();
  readonly #end = new AbortController();
  readonly #pause: ReconnectBackoff;
  #instance: Promise<StreamInstance> | null = null;
  #isOpen = false;
  #isRetired = false;
  #heardAt: number;
  /** When the messages asked for so far will have been sent, epoch ms. */
  #sentAt = 0;

  /** `previous` is the connection that this one takes over from: what failed there is not tried more often here. */
  constructor(options: ConnectionOptions, events: ConnectionEvents, previous: Connection | null) {
    this.#options = options;
    this.#events = events;
    this.#pause = new ReconnectBackoff(options.clock, options.random, previous ? previous.#pause : null);
    this.#heardAt = options.clock.now();
  }

  get subscriptions(): readonly Subscription[] {
    return [...this.#runs.keys()];
  }

  get isEmpty(): boolean {
    return this.#runs.size === 0;
  }

  /** True while it waits before it dials again. */
  get isPausing(): boolean {
    return this.#pause.underWay !== null;
  }

  /** When any of its subscriptions had a message last, epoch ms; at first, when it was made. */
  get heardAt(): number {
    return this.#heardAt;
  }

  has(subscription: Subscription): boolean {
    return this.#runs.has(subscription);
  }

  hasDelivered(subscription: Subscription): boolean {
    return this.#runs.get(subscription)?.hasDelivered ?? false;
  }

  /** About when the exchange was asked for the subscription, epoch ms; null while it was not. */
  askedAt(subscription: Subscription): number | null {
    return this.#runs.get(subscription)?.askedAt ?? null;
  }

  add(subscription: Subscription): void {
    const run: Run = { abort: new AbortController(), askedAt: null, hasDelivered: false, failures: 0 };
    this.#runs.set(subscription, run);
    void this.#run(subscription, run);
  }

  /** Ends one subscription. Resolves with false where ccxt cannot end it, or the exchange did not confirm. */
  async remove(subscription: Subscription): Promise<boolean> {
    const run = this.#runs.get(subscription);
    this.drop(subscription);
    if (!run || run.askedAt === null || !this.#instance || this.isEmpty) return true;
    const leaving = this.#leave(subscription, this.#instance);
    this.#leaving.set(subscription.key, leaving);
    const done = await leaving;
    if (this.#leaving.get(subscription.key) === leaving) this.#leaving.delete(subscription.key);
    return done;
  }

  /** Takes nothing more of a subscription, and leaves it to the exchange to find out. */
  drop(subscription: Subscription): void {
    this.#runs.get(subscription)?.abort.abort();
    this.#runs.delete(subscription);
  }

  /** Lets it go on until it is closed or fails, but not dial again. */
  retire(): void {
    this.#isRetired = true;
  }

  /** Ends all of it. Resolves when its sockets are closed. */
  async close(): Promise<void> {
    this.#end.abort();
    for (const subscription of this.subscriptions) this.drop(subscription);
    if (this.#instance) this.#discard(this.#instance);
    await Promise.all(this.#closing);
  }

  async #run(subscription: Subscription, run: Run): Promise<void> {
    const { clock } = this.#options;
    const { signal } = run.abort;
    while (!signal.aborted) {
      const waitMs = subscription.waitUntil - clock.now();
      if (waitMs > 0) await sleep(clock, waitMs, signal);
      await this.#leaving.get(subscription.key);
      await this.#pause.underWay;
      if (signal.aborted || (this.#isRetired && !this.#instance)) return;
      const opening = this.#open();
      let instance: StreamInstance | null = null;
      try {
        instance = await opening;
        if (this.#instance === opening) this.#isOpen = true;
        await instance.refreshMarkets();
        if (!signal.aborted) await this.#listen(subscription, run, instance);
      } catch (error) {
        if (!signal.aborted) this.#recover(subscription, run, error, opening, instance);
      }
    }
  }

  /** Hands on messages until the run is ended, or rejects with what stops them. */
  async #listen(subscription: Subscription, run: Run, instance: StreamInstance): Promise<void> {
    const { clock } = this.#options;
    if (run.askedAt === null) {
      this.#sentAt = Math.max(this.#sentAt, clock.now()) + instance.messagePauseMs;
      run.askedAt = this.#sentAt;
    }
    while (true) {
      const deliver = await subscription.nextFrom(instance.exchange);
      if (run.abort.signal.aborted) return;
      const isFirst = !run.hasDelivered;
      run.hasDelivered = true;
      run.failures = 0;
      subscription.refusals = 0;
      this.#heardAt = clock.now();
      if (isFirst) this.#events.onFirstMessage(subscription);
      deliver(isFirst);
    }
  }

  /** Sees to it that the run can go on, or gives the subscription back. */
  #recover(
    subscription: Subscription,
    run: Run,
    error: unknown,
    opening: Promise<StreamInstance>,
    instance: StreamInstance | null,
  ): void {
    const { clock, random, onError } = this.#options;
    run.failures += 1;
    const isBroken = instance === null || instance.isBroken || opening !== this.#instance;
    // A channel of the same name was ended a moment ago, or ccxt told all channels of what concerns another one.
    const isOthers =
      error instanceof ccxtErrors.UnsubscribeError || (run.hasDelivered && error instanceof ccxtErrors.BaseError);
    if (!isBroken && isOthers && run.failures === 1) return;
    onError(error);
    run.hasDelivered = false;
    this.#events.onLost(subscription, error);
    if (this.#isRetired) {
      run.abort.abort();
    } else if (isBroken) {
      run.askedAt = null;
      this.#discard(opening);
      this.#pause.begin(this.#end.signal);
    } else if (error instanceof ccxtErrors.ExchangeError) {
      subscription.refusals += 1;
      const pauseMs = backoffMs(firstRefusalMs, subscription.refusals - 1, longestRefusalMs, random);
      subscription.waitUntil = clock.now() + pauseMs;
      this.#events.onRefused(subscription);
    } else {
      subscription.waitUntil = clock.now() + backoffMs(firstFailureMs, run.failures - 1, longestFailureMs, random);
    }
  }

  async #leave(subscription: Subscription, opening: Promise<StreamInstance>): Promise<boolean> {
    const { clock, timeoutMs, onError } = this.#options;
    try {
      const ended = subscription.unwatch((await opening).exchange);
      if (!ended) return false;
      await withDeadline(clock, timeoutMs, ended, () => new Error('not confirmed'));
      return true;
    } catch (error) {
      onError(error);
      return false;
    }
  }

  #open(): Promise<StreamInstance> {
    this.#instance ??= this.#options.openInstance();
    return this.#instance;
  }

  /** Closes an instance, unless that is under way already. One that is not open yet is not waited for: it has no socket. */
  #discard(opening: Promise<StreamInstance>): void {
    if (this.#instance !== opening) return;
    this.#instance = null;
    const closed = opening
      .then((instance) => instance.close())
      .catch(this.#options.onError)
      .finally(() => this.#closing.delete(closed));
    if (this.#isOpen) this.#closing.add(closed);
    this.#isOpen = false;
  }
}
