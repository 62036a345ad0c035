import { backoffMs } from '../../market/backoff.ts';
import { MarketDataError } from '../../market/error.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { mayShare } from './rules.ts';
import type { Subscription } from './subscription.ts';

export interface PoolOptions extends ConnectionOptions {
  readonly exchange: string;
  /** How long a connection may be without a message before it may be taken for dead, in ms. */
  readonly patienceMs: number;
}

const longestRedialMs = 300_000;

/** What was refused within so long is asked for again over one connection. */
const gatherRefusedMs = 5000;

/** A connection and when it may be replaced. */
interface Seat {
  readonly connection: Connection;
  /** How many connections before this one were replaced one after the other. */
  readonly redials: number;
  readonly redialAfter: number;
  /** The connection that this one takes over from, as long as both are open. */
  old: Connection | null;
  cancelHandOver: () => void;
  /** Until when it takes more of what other connections were refused, epoch ms. */
  readonly retriesUntil: number;
}

/**
 * The streams of one kind of market of one exchange, over as few connections as the exchange's rules allow. A
 * connection is replaced by a new one where it seems dead, or holds a channel that ccxt cannot take back: the new one
 * takes all its subscriptions, and the old one is closed when the new one has spoken, so that nobody misses anything.
 * What the exchange refused is asked for again over another connection, since ccxt asks once per connection only.
 */
export class StreamPool {
  readonly #options: PoolOptions;
  readonly #seats = new Set<Seat>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#seats.size === 0;
  }

  add(subscription: Subscription): void {
    const seat = [...this.#seats].find((each) => this.#hasRoom(each, subscription));
    (seat ?? this.#open(0)).connection.add(subscription);
  }

  /** Ends a subscription, and with the last one of a connection the connection. */
  async remove(subscription: Subscription): Promise<void> {
    const seat = this.#find(subscription);
    if (!seat) return;
    const { connection } = seat;
    const removed = connection.remove(subscription);
    if (connection.subscriptions.length === 0) await this.#close(seat);
    else if (!(await removed) && this.#seats.has(seat)) this.#replace(seat, seat.redials);
  }

  /**
   * Replaces the connection of a subscription, with growing pauses in between: where messages are known to be `missed`
   * in any case, else where all its subscriptions are silent.
   */
  redial(subscription: Subscription, missed: boolean): void {
    const seat = this.#find(subscription);
    if (!seat) return;
    const { clock, patienceMs } = this.#options;
    const now = clock.now();
    const { connection, redials, redialAfter } = seat;
    if (now < Math.max(redialAfter, connection.triedAt + patienceMs)) return;
    const isSilent = connection.subscriptions.every(({ heardAt }) => now - heardAt >= patienceMs);
    if (!missed && !isSilent) return;
    const isLongAgo = redials > 0 && now - redialAfter > longestRedialMs;
    const next = this.#replace(seat, isLongAgo ? 1 : redials + 1);
    // What says nothing at all is not waited for.
    if (isSilent) this.#handOver(next);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#seats].map((seat) => this.#close(seat)));
  }

  #hasRoom({ connection }: Seat, { channel: joining }: Subscription): boolean {
    const channels = connection.subscriptions.map(({ channel }) => channel);
    return mayShare(this.#options.exchange, channels, joining);
  }

  #find(subscription: Subscription): Seat | undefined {
    return [...this.#seats].find(({ connection }) => connection.has(subscription));
  }

  #open(redials: number, retriesForMs = 0): Seat {
    const { clock, random, patienceMs } = this.#options;
    const pauseMs = redials === 0 ? 0 : backoffMs(patienceMs, redials - 1, longestRedialMs, random);
    const seat: Seat = {
      connection: new Connection(this.#options, {
        onSpoken: () => this.#handOver(seat),
        onRefused: (subscription, refusals) => this.#retry(seat, subscription, refusals),
      }),
      redials,
      redialAfter: clock.now() + pauseMs,
      old: null,
      cancelHandOver: () => {},
      retriesUntil: clock.now() + retriesForMs,
    };
    this.#seats.add(seat);
    return seat;
  }

  #retry(refused: Seat, subscription: Subscription, refusals: number): void {
    const now = this.#options.clock.now();
    const { connection } = refused;
    const other = [...this.#seats].find(
      (seat) => seat !== refused && now < seat.retriesUntil && this.#hasRoom(seat, subscription),
    );
    (other ?? this.#open(0, gatherRefusedMs)).connection.add(subscription, refusals);
    connection.drop(subscription);
    if (connection.subscriptions.length === 0) void this.#close(refused);
  }

  #replace(seat: Seat, redials: number): Seat {
    const { connection, old } = seat;
    seat.cancelHandOver();
    this.#seats.delete(seat);
    void old?.close();
    const next = this.#open(redials);
    next.old = connection;
    connection.retire((subscription) => next.connection.hasSpokenTo(subscription));
    for (const subscription of connection.subscriptions) next.connection.add(subscription);
    next.cancelHandOver = this.#options.clock.after(this.#options.patienceMs, () => this.#handOver(next));
    return next;
  }

  /** Closes the connection that was replaced. Who has not heard from the new one yet may miss something. */
  #handOver(seat: Seat): void {
    const { connection, old } = seat;
    if (!old) return;
    seat.cancelHandOver();
    seat.old = null;
    for (const subscription of connection.subscriptions) {
      if (old.has(subscription) && !connection.hasSpokenTo(subscription)) subscription.interrupt(renewal());
    }
    void old.close();
  }

  async #close(seat: Seat): Promise<void> {
    seat.cancelHandOver();
    this.#seats.delete(seat);
    await Promise.all([seat.connection.close(), seat.old?.close()]);
  }
}

function renewal(): MarketDataError {
  return new MarketDataError('EXCHANGE_UNAVAILABLE', 'The stream is being renewed.');
}
