import type { Clock } from '../../base/clock.ts';
import { type Channel, channelKey } from '../ccxt/channel.ts';
import { mayShare } from '../quirks/stream-quirks.ts';
import type { Connection } from './connection.ts';
import type { Subscription } from './subscription.ts';

/**
 * After this time, in ms, the reconnects of a silent connection are counted from one again. It is also the longest
 * pause between them.
 */
export const longestReconnectPauseMs = 300_000;

export interface PooledConnectionOptions {
  readonly exchange: string;
  readonly clock: Clock;
  /** How long a connection may be without a message before it may be dead, in ms. */
  readonly silenceMs: number;
}

/** A connection of a pool, with what the pool remembers about it. */
export class PooledConnection {
  readonly connection: Connection;
  readonly openedAt: number;
  /** How many connections in a row have been replaced because they were silent, up to this one. */
  readonly reconnects: number;
  /** Keys of the subscriptions that the exchange refused over this connection. */
  readonly refused = new Set<string>();
  /** Channels that are no longer wanted, and whose end the exchange has not confirmed. */
  readonly ending = new Set<Channel>();
  /** The connections that this one replaces, as long as they serve a subscription that has no message here yet. */
  readonly predecessors = new Set<Connection>();
  /** Cancels the check that ends the overlap with the predecessors, if one is scheduled. */
  cancelOverlapCheck = (): void => {};
  /** Cancels the scheduled replacement; null if none is scheduled. */
  cancelReplacement: (() => void) | null = null;
  readonly #options: PooledConnectionOptions;
  readonly #reconnectAfter: number;

  /** `pauseMs` is the pause before it may be replaced because it is silent. */
  constructor(connection: Connection, options: PooledConnectionOptions, reconnects: number, pauseMs: number) {
    this.connection = connection;
    this.#options = options;
    this.openedAt = options.clock.now();
    this.reconnects = reconnects;
    this.#reconnectAfter = this.openedAt + pauseMs;
  }

  /** True if it has room for the subscription, and the exchange has not refused it here. */
  mayCarry({ channel: joining, key }: Subscription): boolean {
    const leftover = [...this.ending].filter((channel) => channelKey(channel) !== key);
    const channels = [...this.connection.subscriptions.map(({ channel }) => channel), ...leftover];
    return !this.refused.has(key) && mayShare(this.#options.exchange, channels, joining);
  }

  /** True once the subscription was requested `silenceMs` ago or longer. */
  isRequestedLongAgo(subscription: Subscription): boolean {
    const { clock, silenceMs } = this.#options;
    const requestedAt = this.connection.requestedAt(subscription);
    return requestedAt !== null && clock.now() - requestedAt >= silenceMs;
  }

  /** True when no subscription has received a message for `silenceMs`. */
  get isSilent(): boolean {
    const { clock, silenceMs } = this.#options;
    return clock.now() - this.connection.lastMessageAt >= silenceMs;
  }

  /** True when it may be replaced for the sake of the subscription: the pause is over, and it had time to deliver. */
  mayReconnectFor(subscription: Subscription): boolean {
    if (this.#options.clock.now() < this.#reconnectAfter || this.connection.isBackingOff) return false;
    return this.isRequestedLongAgo(subscription);
  }

  /** The count of reconnects of the connection that replaces it because it is silent. */
  get nextReconnects(): number {
    const sinceMs = this.#options.clock.now() - this.#reconnectAfter;
    return this.reconnects > 0 && sinceMs > longestReconnectPauseMs ? 1 : this.reconnects + 1;
  }
}
