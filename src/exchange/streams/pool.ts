import { backoffMs } from '../../base/backoff.ts';
import { MarketDataError } from '../../market/errors.ts';
import { type Channel, channelKey } from '../ccxt/channel.ts';
import { mayShare } from '../quirks/stream-quirks.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import type { Subscription } from './subscription.ts';

export interface PoolOptions extends ConnectionOptions {
  readonly exchange: string;
  /** How long a connection may be without a message before it may be taken for dead, in ms. */
  readonly silenceMs: number;
}

const longestRedialMs = 300_000;

/** Who leaves within so long is taken out of a connection by one replacement. */
const gatherLeavesMs = 1000;

/** A connection serves at least so long before it is replaced because of who has left, in ms. */
const shortestServiceMs = 10_000;

/** A connection and when it may be replaced. */
interface Seat {
  readonly connection: Connection;
  readonly openedAt: number;
  /** How many connections before this one were replaced one after the other because they were silent. */
  readonly redials: number;
  readonly redialAfter: number;
  /** Keys of what the exchange refused over this connection. */
  readonly refused: Set<string>;
  /** Channels that nobody wants any more, and that the exchange has not confirmed to have ended. */
  readonly left: Set<Channel>;
  /** The connections that this one takes over from, as long as they have something that it has not told yet. */
  readonly olds: Set<Connection>;
  cancelHandOver: () => void;
  cancelReplacement: (() => void) | null;
}

/**
 * The streams of one kind of market of one exchange, over as few connections as the exchange's rules allow. A
 * connection is replaced by a new one where it seems dead, or holds channels that ccxt cannot take back. Each
 * subscription is served by the old one until the new one has brought its first message, so that none is missed. What
 * the exchange refused is asked for again over another connection, since ccxt asks once per connection only.
 */
export class StreamPool {
  readonly #options: PoolOptions;
  readonly #seats = new Set<Seat>();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#seats.size === 0;
  }

  add(subscription: Subscription): void {
    this.#seatFor(subscription, 0).connection.add(subscription);
  }

  /** Ends a subscription, and with the last one of a connection the connection. */
  async remove(subscription: Subscription): Promise<void> {
    this.#dropFromOlds(subscription);
    const seat = this.#find(subscription);
    if (!seat) return;
    const { connection, left } = seat;
    const { channel } = subscription;
    left.add(channel);
    const removed = connection.remove(subscription);
    if (connection.isEmpty) this.#close(seat);
    else if (await removed) left.delete(channel);
    else if (this.#seats.has(seat)) this.#replaceSoon(seat);
    if (this.isEmpty) await this.#closed();
  }

  /**
   * Replaces the connection of a subscription, with growing pauses in between: where messages are known to be `missed`
   * in any case, else where all of the connection is silent.
   */
  redial(subscription: Subscription, missed: boolean): void {
    const seat = this.#find(subscription);
    const { clock, silenceMs } = this.#options;
    const now = clock.now();
    if (!seat || now < seat.redialAfter || seat.connection.isPausing) return;
    const askedAt = seat.connection.askedAt(subscription);
    if (askedAt === null || now - askedAt < silenceMs) return;
    const isSilent = now - seat.connection.heardAt >= silenceMs;
    if (!missed && !isSilent) return;
    const isLongAgo = seat.redials > 0 && now - seat.redialAfter > longestRedialMs;
    const next = this.#replace(seat, isLongAgo ? 1 : seat.redials + 1);
    // What says nothing at all is not waited for. It may be quiet, and its polls go on.
    if (isSilent) this.#closeOlds(next);
  }

  async close(): Promise<void> {
    for (const seat of [...this.#seats]) this.#close(seat);
    await this.#closed();
  }

  #find(subscription: Subscription): Seat | undefined {
    return [...this.#seats].find(({ connection }) => connection.has(subscription));
  }

  /** A connection that may carry the subscription: one that has room and has not been refused it, else a new one. */
  #seatFor({ channel: joining, key }: Subscription, redials: number): Seat {
    const { exchange } = this.#options;
    const known = [...this.#seats].find(({ connection, refused, left }) => {
      const stale = [...left].filter((channel) => channelKey(channel) !== key);
      const channels = [...connection.subscriptions.map(({ channel }) => channel), ...stale];
      return !refused.has(key) && mayShare(exchange, channels, joining);
    });
    return known ?? this.#open(redials, null);
  }

  #open(redials: number, previous: Connection | null): Seat {
    const { clock, random, silenceMs } = this.#options;
    const openedAt = clock.now();
    const pauseMs = redials === 0 ? 0 : backoffMs(silenceMs, redials - 1, longestRedialMs, random);
    const events = {
      onFirstMessage: (subscription: Subscription) => this.#onFirstMessage(seat, subscription),
      onLost: (subscription: Subscription, cause: unknown) => this.#onLost(seat.connection, subscription, cause),
      onRefused: (subscription: Subscription) => this.#moveRefused(seat, subscription),
    };
    const seat: Seat = {
      connection: new Connection(this.#options, events, previous),
      openedAt,
      redials,
      redialAfter: openedAt + pauseMs,
      refused: new Set(),
      left: new Set(),
      olds: new Set(),
      cancelHandOver: () => {},
      cancelReplacement: null,
    };
    this.#seats.add(seat);
    return seat;
  }

  #onFirstMessage(seat: Seat, subscription: Subscription): void {
    if (this.#seats.has(seat)) this.#dropFromOlds(subscription);
  }

  /** Tells the listener, unless another connection goes on with the subscription. */
  #onLost(connection: Connection, subscription: Subscription, cause: unknown): void {
    const all = [...this.#seats].flatMap((seat) => [seat.connection, ...seat.olds]);
    const isServed = all.some((each) => each !== connection && each.hasDelivered(subscription));
    if (!isServed) subscription.interrupt(cause);
  }

  #moveRefused(seat: Seat, subscription: Subscription): void {
    if (!this.#seats.has(seat)) return;
    seat.refused.add(subscription.key);
    seat.connection.drop(subscription);
    this.#seatFor(subscription, seat.redials).connection.add(subscription);
    if (seat.connection.isEmpty) this.#close(seat);
  }

  #replaceSoon(seat: Seat): void {
    const { clock } = this.#options;
    const waitMs = Math.max(gatherLeavesMs, seat.openedAt + shortestServiceMs - clock.now());
    seat.cancelReplacement ??= clock.after(waitMs, () => {
      seat.cancelReplacement = null;
      // One that has failed starts without them in any case.
      if (seat.connection.isPausing) seat.left.clear();
      else this.#replace(seat, seat.redials);
    });
  }

  #replace(seat: Seat, redials: number): Seat {
    const { connection, olds } = seat;
    this.#forget(seat);
    const next = this.#open(redials, connection);
    for (const old of [...olds, connection]) next.olds.add(old);
    connection.retire();
    for (const subscription of connection.subscriptions) next.connection.add(subscription);
    this.#handOverLater(next);
    return next;
  }

  /** After a while no first message is waited for any more of what the new connection has asked for: it may be quiet. */
  #handOverLater(seat: Seat): void {
    const { clock, silenceMs } = this.#options;
    seat.cancelHandOver = clock.after(silenceMs / 4, () => {
      this.#handOverLater(seat);
      for (const subscription of seat.connection.subscriptions) {
        const askedAt = seat.connection.askedAt(subscription);
        if (askedAt !== null && clock.now() - askedAt >= silenceMs) this.#dropFromOlds(subscription);
      }
    });
  }

  #closeOlds(seat: Seat): void {
    seat.cancelHandOver();
    for (const old of seat.olds) this.#closeConnection(old);
    seat.olds.clear();
  }

  #dropFromOlds(subscription: Subscription): void {
    for (const seat of this.#seats) {
      for (const old of seat.olds) {
        old.drop(subscription);
        if (!old.isEmpty) continue;
        seat.olds.delete(old);
        this.#closeConnection(old);
        if (seat.olds.size === 0) seat.cancelHandOver();
      }
    }
  }

  #forget(seat: Seat): void {
    seat.cancelHandOver();
    seat.cancelReplacement?.();
    this.#seats.delete(seat);
  }

  #close(seat: Seat): void {
    this.#forget(seat);
    // Who was served by them may miss something.
    for (const old of seat.olds) for (const subscription of old.subscriptions) subscription.interrupt(renewal());
    this.#closeOlds(seat);
    this.#closeConnection(seat.connection);
  }

  #closeConnection(connection: Connection): void {
    const closed = connection.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  async #closed(): Promise<void> {
    await Promise.all(this.#closing);
  }
}

function renewal(): MarketDataError {
  return new MarketDataError('EXCHANGE_UNAVAILABLE', 'The stream is being renewed.');
}
