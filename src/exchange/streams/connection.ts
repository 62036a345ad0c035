import { backoffMs } from '../../base/backoff.ts';
import { sleep } from '../../base/clock.ts';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';
import type { StreamInstance } from '../clients/stream-instance.ts';
import { type BatchesOptions, SubscriptionBatches } from './batches.ts';
import { ConnectionInstance } from './connection-instance.ts';
import { MessagePace } from './message-pace.ts';
import { ReconnectBackoff } from './reconnect-backoff.ts';
import { Run } from './run.ts';
import type { Subscription } from './subscription.ts';
import { Unsubscriptions, type UnsubscriptionsOptions } from './unsubscriptions.ts';

export interface ConnectionOptions extends UnsubscriptionsOptions, BatchesOptions {
  readonly openInstance: () => Promise<StreamInstance>;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  /** Called with what a stream threw, as ccxt threw it. */
  readonly onError: (error: unknown) => void;
}

export interface ConnectionEvents {
  /** A subscription received its first message since it was requested. */
  readonly onFirstMessage: (subscription: Subscription) => void;
  /** A subscription has stopped, with the cause. It is requested again, unless the connection has been retired. */
  readonly onLost: (subscription: Subscription, cause: unknown) => void;
  /** The exchange refused a subscription, which ccxt does not request twice over one connection: the owner must act. */
  readonly onRefused: (subscription: Subscription) => void;
}

/** A channel that fails alone is requested again after this pause, which doubles each time. */
const firstFailurePauseMs = 1000;
const longestFailurePauseMs = 60_000;

/** A channel that the exchange refused is requested again after this pause, which doubles each time. */
const firstRefusalPauseMs = 5000;
const longestRefusalPauseMs = 300_000;

/**
 * Some subscriptions of one exchange over one ccxt instance, each in a loop of watch calls. When the socket fails, the
 * instance is discarded, and after a shared pause a new one connects, without the old one's books and caches. ccxt
 * connects on the next watch call, even after `close()`, so each loop checks that it has not been ended before it calls.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #runs = new Map<Subscription, Run>();
  readonly #unsubscriptions: Unsubscriptions;
  readonly #closing = new AbortController();
  readonly #backoff: ReconnectBackoff;
  readonly #instance: ConnectionInstance;
  readonly #pace: MessagePace;
  readonly #batches: SubscriptionBatches;
  #isRetired = false;
  #lastMessageAt: number;

  /** `previous` is the connection that this one replaces: failures there also delay attempts here. */
  constructor(options: ConnectionOptions, events: ConnectionEvents, previous: Connection | null) {
    const { openInstance, clock, random, onError } = options;
    this.#options = options;
    this.#events = events;
    this.#backoff = new ReconnectBackoff(clock, random, previous ? previous.#backoff : null);
    this.#instance = new ConnectionInstance(openInstance, onError);
    this.#unsubscriptions = new Unsubscriptions(options, this.#closing.signal);
    this.#pace = new MessagePace(clock.now);
    this.#batches = new SubscriptionBatches(options, this.#pace, this.#closing.signal);
    this.#lastMessageAt = clock.now();
  }

  get subscriptions(): readonly Subscription[] {
    return [...this.#runs.keys()];
  }

  get isEmpty(): boolean {
    return this.#runs.size === 0;
  }

  /** True while it waits before it reconnects. */
  get isBackingOff(): boolean {
    return this.#backoff.pause !== null;
  }

  /** When any of its subscriptions last received a message, epoch ms; before the first message, when it was created. */
  get lastMessageAt(): number {
    return this.#lastMessageAt;
  }

  has(subscription: Subscription): boolean {
    return this.#runs.has(subscription);
  }

  /** True if the exchange serves the subscription over this connection. */
  serves(subscription: Subscription): boolean {
    return this.#runs.get(subscription)?.isServed ?? false;
  }

  /** About when the subscription was requested from the exchange, epoch ms; null if it was not. */
  requestedAt(subscription: Subscription): number | null {
    return this.#runs.get(subscription)?.requestedAt ?? null;
  }

  add(subscription: Subscription): void {
    const run = new Run();
    this.#runs.set(subscription, run);
    void this.#run(subscription, run);
  }

  /** Ends one subscription. Resolves with false if ccxt cannot unsubscribe, or the exchange did not confirm. */
  async remove(subscription: Subscription): Promise<boolean> {
    const run = this.#runs.get(subscription);
    this.drop(subscription);
    const instance = this.#instance.current;
    const isCarried = this.#batches.leave(subscription);
    const isWanted = this.subscriptions.some(({ key }) => key === subscription.key);
    if (!run || run.requestedAt === null || !instance || this.isEmpty || isWanted) return true;
    return isCarried ?? this.#unsubscriptions.end(subscription, instance);
  }

  /** Stops delivering messages of a subscription, without unsubscribing at the exchange. */
  drop(subscription: Subscription): void {
    this.#runs.get(subscription)?.abort.abort();
    this.#runs.delete(subscription);
    this.#batches.members.delete(subscription);
  }

  /** Requests a subscription alone if nothing has come of those that it was requested with. */
  async requestAlone(subscription: Subscription): Promise<void> {
    const instance = await this.#instance.current?.catch(() => null);
    if (!instance || instance.isBroken) return;
    for (const member of this.#batches.requestAlone(subscription, instance)) {
      const run = this.#runs.get(member);
      if (run) run.requestedAt = this.#pace.add(instance.messagePauseMs);
    }
  }

  /** Lets it continue until it is closed or fails, but not reconnect. */
  retire(): void {
    this.#isRetired = true;
  }

  /** Ends all subscriptions. Resolves when its sockets are closed. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const subscription of this.subscriptions) this.drop(subscription);
    await this.#instance.close();
  }

  async #run(subscription: Subscription, run: Run): Promise<void> {
    const { clock } = this.#options;
    const { signal } = run.abort;
    while (!signal.aborted) {
      const waitMs = subscription.waitUntil - clock.now();
      if (waitMs > 0) await sleep(clock, waitMs, signal);
      await this.#unsubscriptions.pendingOf(subscription.key);
      await this.#backoff.pause;
      if (signal.aborted || (this.#isRetired && !this.#instance.current)) return;
      const opening = this.#instance.open();
      let instance: StreamInstance | null = null;
      try {
        instance = await opening;
        this.#instance.markOpen(opening);
        await instance.refreshMarkets();
        if (!signal.aborted) await this.#listen(subscription, run, instance);
      } catch (error) {
        if (!signal.aborted) this.#recover(subscription, run, error, opening, instance);
      }
    }
  }

  /** Delivers messages until the run is ended; rejects with what stops them. */
  async #listen(subscription: Subscription, run: Run, instance: StreamInstance): Promise<void> {
    const { clock } = this.#options;
    const { signal } = run.abort;
    if (run.requestedAt === null) {
      const sentAt = await this.#batches.join(subscription, instance, signal);
      if (signal.aborted) {
        // It has left while its batch was being requested.
        this.#batches.members.delete(subscription);
        if (sentAt !== null && this.#batches.leave(subscription) === null) {
          void this.#unsubscriptions.end(subscription, Promise.resolve(instance));
        }
        return;
      }
      // ccxt would dial again.
      if (instance.isBroken) throw new ccxtErrors.NetworkError('The socket failed before the request was sent.');
      run.requestedAt = sentAt ?? this.#pace.add(instance.messagePauseMs);
      if (subscription.onOpen) void this.#notify(subscription.onOpen, run, instance, run.requestedAt);
    }
    while (true) {
      const deliver = await subscription.nextFrom(instance.exchange, this.#batches.members.has(subscription));
      if (signal.aborted) return;
      const isFirst = run.onMessage();
      subscription.refusals = 0;
      this.#lastMessageAt = clock.now();
      if (isFirst) {
        this.#batches.members.onMessage(subscription);
        this.#events.onFirstMessage(subscription);
      }
      deliver(isFirst);
    }
  }

  /** Calls `onOpen` once the message at `sentAt` has been sent: until then, the connection may still be opening. */
  async #notify(onOpen: () => void, run: Run, instance: StreamInstance, sentAt: number): Promise<void> {
    const { clock } = this.#options;
    const { signal } = run.abort;
    await sleep(clock, Math.max(0, sentAt - clock.now()), signal);
    const isConnected = !signal.aborted && (await instance.whenConnected());
    if (!isConnected || signal.aborted || run.requestedAt !== sentAt) return;
    run.onOpen(clock.now());
    onOpen();
  }

  /** Prepares the run for its next attempt, or returns the subscription to the owner. */
  #recover(
    subscription: Subscription,
    run: Run,
    error: unknown,
    opening: Promise<StreamInstance>,
    instance: StreamInstance | null,
  ): void {
    const { clock, random, onError } = this.#options;
    const isBroken = instance === null || instance.isBroken || opening !== this.#instance.current;
    if (!isBroken && run.isOfAnother(error, clock.now())) return;
    if (!isBroken && mayBeOfBatch(error) && !run.hasDelivered && this.#batches.onRefused(subscription, instance)) {
      run.failures = 0;
      run.requestedAt = null;
      return;
    }
    onError(error);
    run.onLost();
    this.#events.onLost(subscription, error);
    if (this.#isRetired) {
      run.abort.abort();
    } else if (isBroken) {
      run.requestedAt = null;
      // Another subscription may have noticed it before.
      if (opening !== this.#instance.current) return;
      this.#instance.discard(opening);
      this.#backoff.begin(this.#closing.signal);
    } else if (error instanceof ccxtErrors.ExchangeError || subscription.onOpen) {
      // Without an error of its class, it is unknown whether the channel is still served: no message would show it soon.
      subscription.refusals += 1;
      const pauseMs = backoffMs(firstRefusalPauseMs, subscription.refusals - 1, longestRefusalPauseMs, random);
      subscription.waitUntil = clock.now() + pauseMs;
      this.#events.onRefused(subscription);
    } else {
      const pauseMs = backoffMs(firstFailurePauseMs, run.failures - 1, longestFailurePauseMs, random);
      subscription.waitUntil = clock.now() + pauseMs;
    }
  }
}

/** True for a refusal that may be about one market of a batch, or about the size of the batch. */
function mayBeOfBatch(error: unknown): boolean {
  return error instanceof ccxtErrors.ExchangeError && !(error instanceof ccxtErrors.AuthenticationError);
}
