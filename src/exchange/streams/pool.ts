import { backoffMs } from '../../base/backoff.ts';
import { MarketDataError } from '../../market/errors.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { longestReconnectPauseMs, PooledConnection } from './pooled-connection.ts';
import type { Subscription } from './subscription.ts';

export interface PoolOptions extends Omit<ConnectionOptions, 'requestsAlone'> {
  readonly exchange: string;
  /** How long a connection may be without a message before it may be dead, in ms. */
  readonly silenceMs: number;
}

/** Channels that end within this time are removed from a connection by one replacement, in ms. */
const gatherEndingMs = 1000;

/** A connection serves for at least this time before it is replaced because of channels that ended, in ms. */
const minServiceMs = 10_000;

/**
 * The streams of one kind of market of one exchange, over as few connections as the exchange's limits allow. Exchanges
 * limit the connections of an address, so each subscription cannot have its own. But ccxt cannot end every channel on a
 * shared connection, does not request a refused channel again, and does not notice every dead peer. Without the pool,
 * abandoned channels would stay open indefinitely, and refused or silent ones would never work again.
 *
 * A connection is in one of these states:
 * - serving: it carries subscriptions, and takes new ones while it has room. It reconnects by itself after a failure.
 * - ending channels: some channels are no longer wanted, and ccxt could not end them. It is replaced after a short while,
 *   so that one replacement covers several of them.
 * - replaced: a new connection has taken over its subscriptions, because channels are to end or because it is silent. It
 *   does not reconnect. Each subscription is served by the old connection until the new one has delivered its first
 *   message (or had `silenceMs` to do so), so that no message is missed; then the old one drops it. If the old connection
 *   was silent altogether, it is closed at once.
 * - closed: its last subscription has gone.
 *
 * A subscription that the exchange refuses moves to another connection, because ccxt requests it once per connection.
 */
export class StreamPool {
  readonly #options: PoolOptions;
  readonly #connections = new Set<PooledConnection>();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#connections.size === 0;
  }

  add(subscription: Subscription): void {
    this.#connectionFor(subscription, 0).connection.add(subscription);
  }

  /** Ends a subscription. A connection is closed with its last subscription. */
  async remove(subscription: Subscription): Promise<void> {
    this.#dropFromPredecessors(subscription);
    const pooled = this.#find(subscription);
    if (!pooled) return;
    const { connection, ending } = pooled;
    const { channel } = subscription;
    ending.add(channel);
    const removed = connection.remove(subscription);
    if (connection.isEmpty) this.#close(pooled);
    else if (await removed) ending.delete(channel);
    else if (this.#connections.has(pooled)) this.#replaceSoon(pooled);
    if (this.isEmpty) await this.#closed();
  }

  /**
   * Replaces the connection of a subscription, with growing pauses in between: if messages are known to be `missed`, or
   * if the whole connection is silent.
   */
  reconnect(subscription: Subscription, missed: boolean): void {
    const pooled = this.#find(subscription);
    if (!pooled?.mayReconnectFor(subscription)) return;
    const { isSilent } = pooled;
    if (!isSilent) void pooled.connection.requestAlone(subscription);
    if (!missed && !isSilent) return;
    const next = this.#replace(pooled, pooled.nextReconnects);
    // A silent connection is not kept for the overlap. If its markets are idle, their polls continue.
    if (isSilent) this.#closePredecessors(next);
  }

  async close(): Promise<void> {
    for (const pooled of [...this.#connections]) this.#close(pooled);
    await this.#closed();
  }

  #find(subscription: Subscription): PooledConnection | undefined {
    return [...this.#connections].find(({ connection }) => connection.has(subscription));
  }

  /** A connection for the subscription: one that has room and over which it was not refused, otherwise a new one. */
  #connectionFor(subscription: Subscription, reconnects: number): PooledConnection {
    const known = [...this.#connections].find((pooled) => pooled.mayCarry(subscription));
    return known ?? this.#open(reconnects, null);
  }

  #open(reconnects: number, previous: Connection | null): PooledConnection {
    const { random, silenceMs } = this.#options;
    const pauseMs = reconnects === 0 ? 0 : backoffMs(silenceMs, reconnects - 1, longestReconnectPauseMs, random);
    const events = {
      onFirstMessage: (subscription: Subscription) => this.#onFirstMessage(pooled, subscription),
      onLost: (subscription: Subscription, cause: unknown) => this.#onLost(pooled.connection, subscription, cause),
      onRefused: (subscription: Subscription) => this.#moveRefused(pooled, subscription),
    };
    // The exchange may ignore messages for several markets: each second attempt after a silent connection has none.
    const options = { ...this.#options, requestsAlone: reconnects % 2 === 1 };
    const connection = new Connection(options, events, previous);
    const pooled = new PooledConnection(connection, this.#options, reconnects, pauseMs);
    this.#connections.add(pooled);
    return pooled;
  }

  #onFirstMessage(pooled: PooledConnection, subscription: Subscription): void {
    if (this.#connections.has(pooled)) this.#dropFromPredecessors(subscription);
  }

  /** Notifies the listener, unless another connection serves the subscription. */
  #onLost(connection: Connection, subscription: Subscription, cause: unknown): void {
    const all = [...this.#connections].flatMap((pooled) => [pooled.connection, ...pooled.predecessors]);
    const isServed = all.some((each) => each !== connection && each.serves(subscription));
    if (!isServed) subscription.interrupt(cause);
  }

  #moveRefused(pooled: PooledConnection, subscription: Subscription): void {
    if (!this.#connections.has(pooled)) return;
    pooled.refused.add(subscription.key);
    pooled.connection.drop(subscription);
    this.#connectionFor(subscription, pooled.reconnects).connection.add(subscription);
    if (pooled.connection.isEmpty) this.#close(pooled);
  }

  #replaceSoon(pooled: PooledConnection): void {
    const { clock } = this.#options;
    const waitMs = Math.max(gatherEndingMs, pooled.openedAt + minServiceMs - clock.now());
    pooled.cancelReplacement ??= clock.after(waitMs, () => {
      pooled.cancelReplacement = null;
      // A connection that has failed reconnects without these channels in any case.
      if (pooled.connection.isBackingOff) pooled.ending.clear();
      else this.#replace(pooled, pooled.reconnects);
    });
  }

  #replace(pooled: PooledConnection, reconnects: number): PooledConnection {
    const { connection, predecessors } = pooled;
    this.#forget(pooled);
    const next = this.#open(reconnects, connection);
    for (const predecessor of [...predecessors, connection]) next.predecessors.add(predecessor);
    connection.retire();
    for (const subscription of connection.subscriptions) next.connection.add(subscription);
    this.#scheduleOverlapCheck(next);
    return next;
  }

  /** Ends the overlap for subscriptions without a first message after `silenceMs`: their markets may be idle. */
  #scheduleOverlapCheck(pooled: PooledConnection): void {
    const { clock, silenceMs } = this.#options;
    pooled.cancelOverlapCheck = clock.after(silenceMs / 4, () => {
      this.#scheduleOverlapCheck(pooled);
      for (const subscription of pooled.connection.subscriptions) {
        if (pooled.isRequestedLongAgo(subscription)) this.#dropFromPredecessors(subscription);
      }
    });
  }

  #closePredecessors(pooled: PooledConnection): void {
    pooled.cancelOverlapCheck();
    for (const predecessor of pooled.predecessors) this.#closeConnection(predecessor);
    pooled.predecessors.clear();
  }

  #dropFromPredecessors(subscription: Subscription): void {
    for (const pooled of this.#connections) {
      for (const predecessor of pooled.predecessors) {
        predecessor.drop(subscription);
        if (!predecessor.isEmpty) continue;
        pooled.predecessors.delete(predecessor);
        this.#closeConnection(predecessor);
        if (pooled.predecessors.size === 0) pooled.cancelOverlapCheck();
      }
    }
  }

  #forget(pooled: PooledConnection): void {
    pooled.cancelOverlapCheck();
    pooled.cancelReplacement?.();
    this.#connections.delete(pooled);
  }

  #close(pooled: PooledConnection): void {
    this.#forget(pooled);
    // Subscriptions that a predecessor served may miss messages.
    for (const predecessor of pooled.predecessors) {
      for (const subscription of predecessor.subscriptions) subscription.interrupt(reconnecting());
    }
    this.#closePredecessors(pooled);
    this.#closeConnection(pooled.connection);
  }

  #closeConnection(connection: Connection): void {
    const closed = connection.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  async #closed(): Promise<void> {
    await Promise.all(this.#closing);
  }
}

function reconnecting(): MarketDataError {
  return new MarketDataError('EXCHANGE_UNAVAILABLE', 'The stream is reconnecting.');
}
