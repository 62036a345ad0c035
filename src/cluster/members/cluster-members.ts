import { type Clock, sleep } from '../../base/clock.ts';
import type { Bus, Listening, RedisUnavailable } from '../connection/bus.ts';
import { protocolVersion } from '../connection/namespace.ts';
import { explainRedisError } from '../connection/redis-errors.ts';
import { parseAnnouncement } from './announcement.ts';
import { Candidates } from './candidates.ts';
import type { ClusterState, ClusterStatus } from './cluster-status.ts';
import { Heartbeat } from './heartbeat.ts';
import type { BeatReply, LeaseStore } from './lease-store.ts';
import { OwnerSearch } from './owner-search.ts';
import { OwnerTable } from './owner-table.ts';
import type { Owner, OwnerChange, Owners } from './owners.ts';
import { RedisTime } from './redis-time.ts';
import type { SharedTime } from './shared-time.ts';
import { Transfers } from './transfers.ts';

export interface MembersOptions {
  readonly instance: string;
  readonly store: LeaseStore;
  readonly bus: Bus;
  /** The channel of announcements. */
  readonly channel: string;
  /** Why Redis cannot be used at the moment; null if it can. */
  readonly findFailure: () => RedisUnavailable | null;
  readonly leaseMs: number;
  /** The exchanges that this instance may call; null for all. */
  readonly exchanges: readonly string[] | null;
  readonly clock: Clock;
  /** A clock that cannot be set, ms. */
  readonly elapsed: () => number;
  /** Called for each change of the state, with the reason for being alone. */
  readonly onState?: (state: ClusterState, reason: string | null) => void;
  /** Called when the protocol versions of other instances have changed. They form other clusters. */
  readonly onOtherVersions?: (versions: readonly number[]) => void;
}

/** How often handing over is tried, four times in a beat. */
const handOverTries = 16;

/** How long a lease runs, so that another instance owns the exchanges of a dead one within the given time. */
export function toLeaseMs(takeoverMs: number): number {
  return takeoverMs * 0.6;
}

/**
 * This instance among the others. With each beat it tells Redis that it lives, renews its leases and reads who else there
 * is and what they own. An exchange that somebody needs and nobody owns is claimed for the instance that all instances
 * would choose.
 *
 * While Redis cannot be reached for as long as a lease, it is alone and calls every exchange itself. It goes on beating,
 * and is a member again with the first beat that succeeds: it keeps what nobody else has taken.
 */
export class ClusterMembers implements Owners {
  readonly instance: string;
  readonly #options: MembersOptions;
  readonly #heartbeat: Heartbeat;
  readonly #table: OwnerTable;
  readonly #time: RedisTime;
  readonly #candidates: Candidates;
  readonly #search: OwnerSearch;
  readonly #changeListeners = new Set<(change: OwnerChange) => void>();
  readonly #transfers: Transfers;
  readonly #joined: Promise<void>;
  #onJoined: () => void = () => {};
  #state: ClusterState = 'joining';
  #otherVersions: readonly number[] = [];
  #isLeaving = false;
  #isClosed = false;
  #listening: Listening | null = null;
  #stopLoss: () => void = () => {};

  constructor(options: MembersOptions) {
    const { instance, store, clock, elapsed, leaseMs } = options;
    this.instance = instance;
    this.#options = options;
    this.#time = new RedisTime(() => clock.now());
    this.#candidates = new Candidates(instance, leaseMs);
    this.#table = new OwnerTable(instance, elapsed, (change) => this.#report(change));
    this.#search = new OwnerSearch(
      clock,
      (exchange) => this.ownerOf(exchange),
      (exchange) => this.#claim(exchange),
    );
    this.#heartbeat = new Heartbeat({
      clock,
      elapsed,
      leaseMs,
      beat: (sentAt) => this.#beat(sentAt),
      onSilence: (error) => this.#goAlone(error),
    });
    this.#transfers = new Transfers({
      store,
      table: this.#table,
      candidates: this.#candidates,
      elapsed,
      onRefused: () => this.#heartbeat.hurry(true),
    });
    this.#joined = new Promise((resolve) => {
      this.#onJoined = resolve;
    });
  }

  get time(): SharedTime {
    return this.#time;
  }

  get status(): ClusterStatus {
    const instances = this.#state === 'member' ? this.#candidates.names : [this.instance];
    return { instance: this.instance, state: this.#state, instances, owners: this.#table.owners };
  }

  /** Resolves once this instance is a member, or alone because Redis does not answer. */
  start(): Promise<void> {
    const { bus, channel } = this.#options;
    this.#listening = bus.listen(channel, (message) => this.#onAnnouncement(message));
    this.#stopLoss = bus.onLoss(() => this.#heartbeat.hurry(true));
    this.#heartbeat.start();
    return this.#joined;
  }

  ownerOf(exchange: string): Owner {
    return this.#table.ownerOf(exchange);
  }

  async find(exchange: string, timeoutMs: number): Promise<Owner> {
    const owner = this.ownerOf(exchange);
    return owner.kind !== 'none' || this.#isClosed ? owner : this.#search.find(exchange, timeoutMs);
  }

  hear(exchange: string, instance: string, fence: number): boolean {
    const isNews = fence > this.#table.seen(exchange);
    const isHeard = this.#table.hear(exchange, instance, fence);
    if (isNews && isHeard) this.#heartbeat.hurry(false);
    return isHeard;
  }

  onUnreachable(): void {
    this.#heartbeat.hurry(false);
  }

  onChange(onChange: (change: OwnerChange) => void): () => void {
    const listener = (change: OwnerChange): void => onChange(change);
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /**
   * Gives all exchanges to other instances and takes no more. Tries again for the time of a lease, because the others may
   * be too busy at first. An exchange that no other instance may call stays here until `close`. Never rejects.
   */
  async handOver(): Promise<void> {
    this.#isLeaving = true;
    const { clock } = this.#options;
    for (let left = handOverTries; left > 0 && this.#state === 'member' && !this.#isClosed; left--) {
      await this.#heartbeat.beatNow();
      if (await this.#transfers.areDone()) return;
      await sleep(clock, this.#heartbeat.beatMs / 4);
    }
  }

  /** Ends this instance and its leases. It owns nothing any longer. Never rejects. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#transfers.close();
    this.#listening?.close();
    this.#stopLoss();
    await this.#heartbeat.close();
    this.#table.clear();
    this.#search.close();
    this.#onJoined();
    if (this.#state === 'member') await this.#options.store.leave().catch(() => {});
  }

  async #beat(sentAt: number): Promise<number> {
    const { clock, store, bus, channel, findFailure, exchanges } = this.#options;
    // After a pause, the own leases have run out.
    this.#table.report();
    const failure = findFailure();
    if (failure) throw failure;
    // An instance that may not publish would own exchanges without a word. The others must not even see it: they would
    // give it exchanges.
    if (this.#state !== 'member') await bus.publish(channel, Buffer.from('{}'));
    const now = clock.now();
    const mayTake = (exchange: string): boolean => !this.#isLeaving && (exchanges?.includes(exchange) ?? true);
    const held = this.#table.held.filter(({ exchange, fence }) => fence !== null || mayTake(exchange));
    const seen = (exchange: string): number => this.#table.seen(exchange);
    const reply = await store.beat({ isLeaving: this.#isLeaving, held, seen });
    this.#time.measure(reply.now, now, clock.now());
    if (this.#isClosed) return this.#heartbeat.beatMs;
    this.#apply(reply, sentAt);
    const expiries = reply.leases.filter(({ instance }) => instance !== this.instance);
    // When a lease of another instance is about to run out, the next beat comes just after that.
    return Math.max(this.#heartbeat.beatMs / 8, Math.min(...expiries.map(({ remainingMs }) => remainingMs + 10)));
  }

  #apply({ instances, leases, versions }: BeatReply, sentAt: number): void {
    this.#candidates.update(instances);
    for (const lease of this.#table.takeAll(leases, sentAt)) this.#options.store.release(lease).catch(() => {});
    this.#setState('member', null);
    this.#transfers.start(this.#isLeaving);
    this.#search.retry();
    const others = versions.filter((version) => version !== protocolVersion);
    if (others.join() === this.#otherVersions.join()) return;
    this.#otherVersions = others;
    this.#options.onOtherVersions?.(others);
  }

  async #claim(exchange: string): Promise<void> {
    if (this.#state !== 'member' || this.#isClosed) return;
    const candidate = this.#candidates.chooseOwner(exchange);
    const sentAt = this.#options.elapsed();
    const seen = this.#table.lastSeen(exchange);
    const lease =
      candidate === null ? null : await this.#options.store.claim(exchange, candidate, seen).catch(() => null);
    if (this.#isClosed) return;
    if (lease) this.#table.take(lease, sentAt);
    else this.#heartbeat.hurry(false);
  }

  #onAnnouncement(message: Buffer): void {
    const announcement = parseAnnouncement(message);
    if (announcement && this.#table.takeAnnouncement(announcement)) this.#heartbeat.hurry(true);
  }

  #goAlone(error: unknown): void {
    this.#setState('alone', explainRedisError(error));
    this.#table.goAlone();
  }

  #setState(state: ClusterState, reason: string | null): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#onJoined();
    this.#options.onState?.(state, reason);
  }

  #report(change: OwnerChange): void {
    this.#search.onChange(change.exchange, change.owner);
    for (const listener of [...this.#changeListeners]) listener(change);
  }
}
