import type { Clock } from '../../base/clock.ts';
import { withDeadline } from '../../base/deadline.ts';
import type { StreamInstance } from '../clients/stream-instance.ts';
import type { Subscription } from './subscription.ts';

export interface UnsubscriptionsOptions {
  readonly clock: Clock;
  /** How long the exchange may take to confirm an unsubscription, in ms. */
  readonly timeoutMs: number;
  readonly onError: (error: unknown) => void;
}

/** The unsubscriptions of one connection that are in progress, by channel. */
export class Unsubscriptions {
  readonly #options: UnsubscriptionsOptions;
  readonly #pending = new Map<string, Promise<boolean>>();

  constructor(options: UnsubscriptionsOptions) {
    this.#options = options;
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
    const { clock, timeoutMs, onError } = this.#options;
    try {
      const unsubscribed = subscription.unwatch((await opening).exchange);
      if (!unsubscribed) return false;
      await withDeadline(clock, timeoutMs, unsubscribed, () => new Error('not confirmed'));
      return true;
    } catch (error) {
      onError(error);
      return false;
    }
  }
}
