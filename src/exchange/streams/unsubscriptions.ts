import { type Clock, sleep } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import type { StreamInstance } from '../clients/stream-instance.ts';
import { maxMessageBytes, maxTopics } from '../quirks/batch-quirks.ts';
import { MessageTooLong, withMaxBytes } from './registration.ts';
import type { Subscription } from './subscription.ts';

export interface UnsubscriptionsOptions {
  readonly clock: Clock;
  /** How long the exchange may take to confirm an unsubscription, in ms. */
  readonly timeoutMs: number;
  readonly onError: (error: unknown) => void;
}

/** A subscription that is to end. */
interface Leaving {
  readonly subscription: Subscription;
  readonly instance: StreamInstance;
  /** Called with false if the exchange has not confirmed. */
  readonly resolve: (isDone: boolean) => void;
}

/** How long unsubscriptions are gathered before they are sent, in ms. */
const gatherMs = 20;

/**
 * The unsubscriptions of one connection that are in progress, by channel. Those that come together are sent together
 * where ccxt can: each message delays the subscriptions that come after it.
 */
export class Unsubscriptions {
  readonly #options: UnsubscriptionsOptions;
  readonly #closing: AbortSignal;
  readonly #pending = new Map<string, Promise<boolean>>();
  #leaving: Leaving[] = [];

  /** From the abort of `closing` on, nothing is sent: the connection ends all channels. */
  constructor(options: UnsubscriptionsOptions, closing: AbortSignal) {
    this.#options = options;
    this.#closing = closing;
  }

  /** The unsubscription of a channel, which can only be subscribed again after it; undefined if there is none. */
  pendingOf(key: string): Promise<boolean> | undefined {
    return this.#pending.get(key);
  }

  /** Unsubscribes at the exchange. Resolves with false if ccxt cannot do that, or the exchange did not confirm. */
  async end(subscription: Subscription, opening: Promise<StreamInstance>): Promise<boolean> {
    const { key } = subscription;
    const unsubscribing = this.#unsubscribe(subscription, opening);
    this.#pending.set(key, unsubscribing);
    const isDone = await unsubscribing;
    if (this.#pending.get(key) === unsubscribing) this.#pending.delete(key);
    return isDone;
  }

  async #unsubscribe(subscription: Subscription, opening: Promise<StreamInstance>): Promise<boolean> {
    const instance = await opening.catch(() => null);
    if (!instance) return false;
    if (subscription.groupOver(instance.exchange) === null) {
      return (await this.#confirmed(instance, () => subscription.unwatch(instance.exchange))) === true;
    }
    return new Promise((resolve) => {
      this.#leaving.push({ subscription, instance, resolve });
      if (this.#leaving.length === 1) void this.#gather();
    });
  }

  async #gather(): Promise<void> {
    await sleep(this.#options.clock, gatherMs, this.#closing);
    const groups = new Map<string, Leaving[]>();
    for (const leaving of this.#leaving) {
      const group = leaving.subscription.groupOver(leaving.instance.exchange) ?? '';
      groups.set(group, [...(groups.get(group) ?? []), leaving]);
    }
    this.#leaving = [];
    for (const all of groups.values()) {
      const { exchange = '', symbol = '' } = all[0]?.subscription.channel ?? {};
      const size = maxTopics(exchange, !symbol.includes(':'));
      for (let from = 0; from < all.length; from += size) void this.#endTogether(all.slice(from, from + size));
    }
  }

  async #endTogether(all: readonly Leaving[]): Promise<void> {
    const [first] = all;
    if (!first) return;
    const { exchange } = first.instance;
    const channels = all.map(({ subscription }) => subscription.channel);
    const isTogether =
      all.length > 1 &&
      first.subscription.canUnwatchAll(exchange) &&
      all.every(({ instance }) => instance === first.instance);
    if (!isTogether) {
      for (const { subscription, instance, resolve } of all) {
        void this.#confirmed(instance, () => subscription.unwatch(instance.exchange)).then((done) =>
          resolve(done === true),
        );
      }
      return;
    }
    const copy = withMaxBytes(exchange, maxMessageBytes);
    const outcome = await this.#confirmed(first.instance, () =>
      first.subscription.unwatchAll(copy, exchange, channels),
    );
    if (outcome === 'tooLong') {
      const half = Math.ceil(all.length / 2);
      void this.#endTogether(all.slice(0, half));
      void this.#endTogether(all.slice(half));
      return;
    }
    for (const { resolve } of all) resolve(outcome);
  }

  /** Resolves with true once the exchange has confirmed, or the channel has ended with its socket. */
  async #confirmed(instance: StreamInstance, unwatch: () => Promise<unknown> | null): Promise<boolean | 'tooLong'> {
    const { clock, timeoutMs, onError } = this.#options;
    // ccxt would dial again.
    if (this.#closing.aborted || instance.isBroken) return true;
    try {
      const unsubscribed = unwatch();
      if (!unsubscribed) return false;
      await withDeadline(clock, timeoutMs, unsubscribed, () => new Error('not confirmed'));
      return true;
    } catch (error) {
      if (error instanceof MessageTooLong) return 'tooLong';
      onError(error);
      return false;
    }
  }
}
