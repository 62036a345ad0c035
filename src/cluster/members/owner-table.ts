import type { Announcement } from './announcement.ts';
import type { HeldExchange, Lease, RunningLease, SeenOwner } from './lease-store.ts';
import type { Owner, OwnerChange } from './owners.ts';

/** A lease, and when this instance has learned of it. */
interface KnownLease {
  readonly instance: string;
  readonly fence: number;
  readonly learnedAt: number;
  /**
   * When it runs out, for a lease of this instance. Counted from when the command was sent, so never too late. 0 while the
   * lease comes or goes, and Redis has not yet answered.
   */
  readonly until: number;
  readonly isHandover: boolean;
}

const none: Owner = { kind: 'none' };
const alone: Owner = { kind: 'alone' };

/**
 * What this instance knows about the owners of exchanges. Contains the rules, and neither waits nor calls anything.
 *
 * Two sources say who owns an exchange: answers of Redis to this instance's commands, and announcements, which arrive over
 * another connection and may overtake them or be lost. Messages of owners are a third. The fencing number puts them in
 * order: what comes with a lower one than was seen before is outdated, whatever it is. That an exchange has no owner has
 * no number. It counts if the command was sent after the last news of the owner.
 *
 * Without these rules, an owner that was paused, or a message that was on its way for long, would bring back the past: two
 * owners would be heard in turn, and values would jump back and forth.
 *
 * Only an answer of Redis makes this instance an owner, because only there it is known when the lease runs out. An
 * announcement that it was chosen is a reason to ask. All times are those of a clock that cannot be set.
 */
export class OwnerTable {
  readonly #instance: string;
  readonly #elapsed: () => number;
  readonly #onChange: (change: OwnerChange) => void;
  readonly #leases = new Map<string, KnownLease>();
  /** The last owner that was ever heard of. */
  readonly #seen = new Map<string, SeenOwner>();
  /** The exchanges that somebody has asked for, and what was last reported of each. */
  readonly #reported = new Map<string, Owner>();
  /** The exchanges that this instance may be calling because it is alone. */
  readonly #calledAlone = new Set<string>();
  #isAlone = false;

  constructor(instance: string, elapsed: () => number, onChange: (change: OwnerChange) => void) {
    this.#instance = instance;
    this.#elapsed = elapsed;
    this.#onChange = onChange;
  }

  ownerOf(exchange: string): Owner {
    if (!this.#reported.has(exchange)) this.#reported.set(exchange, this.#read(exchange));
    if (this.#isAlone) this.#calledAlone.add(exchange);
    return this.#read(exchange);
  }

  /** The highest fencing number that was seen; 0 without one. */
  seen(exchange: string): number {
    return this.#seen.get(exchange)?.fence ?? 0;
  }

  /** The owner with this number; null without one. */
  lastSeen(exchange: string): SeenOwner | null {
    return this.#seen.get(exchange) ?? null;
  }

  /** The running leases of this instance. */
  get own(): readonly Lease[] {
    return [...this.#leases]
      .filter(([, lease]) => this.#isOwn(lease) && lease.until > this.#elapsed())
      .map(([exchange, { instance, fence }]) => ({ exchange, instance, fence }));
  }

  /** What to tell Redis: the leases to renew and, after this instance was alone, the exchanges that it calls. */
  get held(): readonly HeldExchange[] {
    if (this.#isAlone) return [...this.#calledAlone].map((exchange) => ({ exchange, fence: null }));
    return this.own.map(({ exchange, fence }) => ({ exchange, fence }));
  }

  /** The owners by exchange. */
  get owners(): ReadonlyMap<string, string> {
    if (this.#isAlone) return new Map([...this.#calledAlone].map((exchange) => [exchange, this.#instance]));
    const now = this.#elapsed();
    const known = [...this.#leases].filter(([, lease]) => !this.#isOwn(lease) || lease.until > now);
    return new Map(known.map(([exchange, { instance }]) => [exchange, instance]));
  }

  /** From now on this instance calls all exchanges. What it knew of the others no longer counts. */
  goAlone(): void {
    for (const exchange of this.#reported.keys()) this.#calledAlone.add(exchange);
    this.#isAlone = true;
    this.#leases.clear();
    this.report();
  }

  /**
   * Takes all leases of an answer to a command that was sent at `sentAt`. Returns those of this instance that were
   * superseded although Redis still has them, because it has lost newer ones.
   */
  takeAll(leases: readonly RunningLease[], sentAt: number): readonly Lease[] {
    this.#isAlone = false;
    this.#calledAlone.clear();
    const refused = leases.filter((lease) => !this.#take(lease, sentAt));
    const taken = new Set(leases.filter((lease) => !refused.includes(lease)).map(({ exchange }) => exchange));
    for (const [exchange, lease] of this.#leases) {
      // If Redis has lost its data, the owner renews its lease with its next beat.
      const isRunning = !this.#isOwn(lease) && lease.until > this.#elapsed();
      if (!taken.has(exchange) && lease.learnedAt < sentAt && !isRunning) this.#leases.delete(exchange);
    }
    this.report();
    return refused.filter(({ instance }) => instance === this.#instance);
  }

  /** Takes one lease of an answer. */
  take(lease: RunningLease, sentAt: number): void {
    if (this.#isAlone) return;
    this.#take(lease, sentAt);
    this.#report(lease.exchange);
  }

  /**
   * This instance gives its lease away. It owns the exchange no longer, even before the answer: the new owner may know of
   * its lease earlier. Nothing is reported until it is known who owns the exchange.
   */
  suspend(exchange: string): void {
    const lease = this.#leases.get(exchange);
    if (lease && this.#isOwn(lease)) this.#set(exchange, { ...lease, until: 0 });
  }

  /** Takes an announcement. Returns true if Redis must be asked, because it says that this instance is the new owner. */
  takeAnnouncement({ exchange, instance, fence, isHandover }: Announcement): boolean {
    if (fence < this.seen(exchange)) return false;
    if (instance === null) {
      this.#leases.delete(exchange);
      this.#report(exchange);
      return false;
    }
    if (fence === this.seen(exchange)) return false;
    this.#seen.set(exchange, { instance, fence });
    this.#set(exchange, { instance, fence, isHandover, until: 0 });
    this.#report(exchange);
    return instance === this.#instance;
  }

  /** False if a message about an exchange comes from a former owner, or was sent while this instance is alone. */
  hear(exchange: string, instance: string, fence: number): boolean {
    if (this.#isAlone) return false;
    const seen = this.#seen.get(exchange);
    if (seen && (fence < seen.fence || (fence === seen.fence && instance !== seen.instance))) return false;
    if (instance === this.#instance) return this.own.some((own) => own.exchange === exchange && own.fence === fence);
    if (fence === seen?.fence) return true;
    this.#seen.set(exchange, { instance, fence });
    this.#set(exchange, { instance, fence, isHandover: false, until: 0 });
    this.#report(exchange);
    return true;
  }

  /** Reports what has changed since, such as a lease that has run out. */
  report(): void {
    for (const exchange of new Set([...this.#reported.keys(), ...this.#leases.keys()])) this.#report(exchange);
  }

  clear(): void {
    this.#isAlone = false;
    this.#leases.clear();
    this.report();
  }

  /** False if a newer lease was seen. */
  #take({ exchange, instance, fence, remainingMs, isHandover }: RunningLease, sentAt: number): boolean {
    const seen = this.#seen.get(exchange);
    if (seen && (fence < seen.fence || (fence === seen.fence && instance !== seen.instance))) return false;
    this.#seen.set(exchange, { instance, fence });
    const known = this.#leases.get(exchange);
    // Answers can be read in another order than they were given.
    const until = Math.max(sentAt + remainingMs, known?.fence === fence ? known.until : 0);
    this.#set(exchange, { instance, fence, isHandover, until });
    return true;
  }

  #set(exchange: string, lease: Omit<KnownLease, 'learnedAt'>): void {
    this.#leases.set(exchange, { ...lease, learnedAt: this.#elapsed() });
  }

  #isOwn(lease: KnownLease): boolean {
    return lease.instance === this.#instance;
  }

  #read(exchange: string): Owner {
    if (this.#isAlone) return alone;
    const lease = this.#leases.get(exchange);
    if (!lease) return none;
    const { instance, fence, until } = lease;
    if (!this.#isOwn(lease)) return { kind: 'other', instance, fence };
    return until > this.#elapsed() ? { kind: 'self', fence } : none;
  }

  #report(exchange: string): void {
    const lease = this.#leases.get(exchange);
    // Until Redis answers, the former owner is the last that counts.
    if (lease && this.#isOwn(lease) && lease.until === 0 && !this.#isAlone) return;
    const previous = this.#reported.get(exchange) ?? none;
    const owner = this.#read(exchange);
    if (isSame(owner, previous)) return;
    this.#reported.set(exchange, owner);
    const isHandover = lease?.isHandover ?? false;
    this.#onChange({ exchange, owner, previous, isHandover });
  }
}

function isSame(one: Owner, other: Owner): boolean {
  const numberOf = (owner: Owner): number => ('fence' in owner ? owner.fence : 0);
  const nameOf = (owner: Owner): string => ('instance' in owner ? owner.instance : '');
  return one.kind === other.kind && numberOf(one) === numberOf(other) && nameOf(one) === nameOf(other);
}
