import type { Clock } from '../../../../src/base/clock.ts';
import { type Bus, type Listening, RedisUnavailable } from '../../../../src/cluster/connection/bus.ts';
import { ClusterMembers } from '../../../../src/cluster/members/cluster-members.ts';
import type { LeaseStore } from '../../../../src/cluster/members/lease-store.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { PausableClock } from '../../fakes/pausable-clock.ts';
import { SimulatedLeases } from './simulated-leases.ts';

const leaseMs = 1200;
const exchange = 'kraken';

/** The longest time of a fault. */
export const maxFaultMs = 4000;

export type InstanceFault = 'pause' | 'cut' | 'kill' | 'leave';

interface Conditions {
  readonly maxDelayMs: number;
  readonly lossPercent: number;
  readonly seed: number;
}

interface Instance {
  readonly name: string;
  readonly members: ClusterMembers;
  readonly clock: PausableClock;
  readonly listeners: Set<(message: Buffer) => void>;
  readonly lossListeners: Set<() => void>;
  isCut: boolean;
  isLeaving: boolean;
  /** What it has heard last. */
  heard: { readonly instance: string; readonly fence: number };
}

/**
 * Instances over a simulated Redis, in simulated time. Commands and messages take random time, messages get lost and
 * overtake each other, clocks differ. Owners send a message every 50 ms, and the model checks what is heard.
 */
export class OwnershipModel {
  /** What must not have happened. */
  readonly violations: string[] = [];
  readonly #clock = new ManualClock();
  readonly #conditions: Conditions;
  readonly #redis: SimulatedLeases;
  readonly #instances = new Map<string, Instance>();
  #random: number;
  #started = 0;
  #isCalm = false;
  #hasFlushed = false;

  constructor(names: readonly string[], conditions: Conditions) {
    this.#conditions = conditions;
    this.#random = conditions.seed >>> 0;
    this.#redis = new SimulatedLeases(this.#clock.now, leaseMs, (announcement) =>
      this.#broadcast(Buffer.from(JSON.stringify(announcement))),
    );
    for (const name of names) this.#start(name);
    this.#speak();
  }

  flush(): void {
    this.#hasFlushed = true;
    this.#redis.flush();
  }

  /** Disturbs an instance for a time. One that was killed, or that has left, is replaced after it. */
  apply(fault: InstanceFault, name: string, forMs: number): void {
    const instance = this.#instances.get(name);
    if (!instance || instance.clock.isPaused || instance.isCut || instance.isLeaving) return;
    if (fault === 'cut') {
      instance.isCut = true;
      this.#clock.after(forMs, () => this.#mend(instance));
    } else if (fault === 'leave') {
      instance.isLeaving = true;
      void instance.members.handOver();
      this.#clock.after(forMs, () => this.#replace(instance));
    } else {
      instance.clock.pause();
      this.#clock.after(forMs, () => (fault === 'pause' ? instance.clock.resume() : this.#replace(instance)));
    }
  }

  advance(ms: number): Promise<void> {
    return this.#clock.advance(ms);
  }

  /** Waits until all faults are over, and long enough for the instances to agree. */
  async settle(): Promise<void> {
    await this.advance(maxFaultMs);
    this.#isCalm = true;
    await this.advance(6 * leaseMs);
  }

  /** What each instance says about the owner: the kind, the name and the fencing number. */
  owners(): readonly string[] {
    return [...this.#instances.values()].map(({ members }) => {
      const owner = members.ownerOf(exchange);
      if (owner.kind === 'self') return `self ${members.instance} ${owner.fence}`;
      return owner.kind === 'other' ? `other ${owner.instance} ${owner.fence}` : owner.kind;
    });
  }

  async close(): Promise<void> {
    const closing = [...this.#instances.values()].map(({ members }) => members.close());
    await this.advance(leaseMs);
    await Promise.all(closing);
  }

  #start(name: string): void {
    const clock = new PausableClock(this.#clock);
    const skewMs = this.#pick(2000) - 1000;
    const own: Clock = { now: () => this.#clock.now() + skewMs, after: clock.after };
    const [listeners, lossListeners] = [new Set<(message: Buffer) => void>(), new Set<() => void>()];
    const instance: string = `${name}${this.#started++}`;
    const state: Instance = {
      name,
      clock,
      listeners,
      lossListeners,
      isCut: false,
      isLeaving: false,
      heard: { instance: '', fence: 0 },
      members: new ClusterMembers({
        instance,
        store: this.#connect(instance, () => state),
        bus: this.#createBus(() => state),
        channel: 'owners',
        findFailure: () => (state.isCut ? new RedisUnavailable('cut') : null),
        leaseMs,
        exchanges: null,
        clock: own,
        elapsed: this.#clock.now,
      }),
    };
    this.#instances.set(name, state);
    void state.members.start();
    this.#need(state);
  }

  /** Somebody always wants to know the owner, as live feeds do. */
  #need({ clock, members }: Pick<Instance, 'clock' | 'members'>): void {
    void members.find(exchange, 250);
    clock.after(300, () => this.#need({ clock, members }));
  }

  /** Commands reach Redis later, in order, or never, and so do the answers. */
  #connect(me: string, find: () => Instance): LeaseStore {
    const last = { command: 0, answer: 0 };
    /** How long until the next command or answer of the connection has arrived. */
    const arriveIn = (what: keyof typeof last): number => {
      const now = this.#clock.now();
      last[what] = Math.max(now + this.#delay(), last[what]);
      return last[what] - now;
    };
    const call = <T>(command: () => T): Promise<T> =>
      new Promise((resolve, reject) => {
        const { clock } = find();
        clock.after(leaseMs / 3, () => reject(new RedisUnavailable('late')));
        this.#clock.after(arriveIn('command'), () => {
          if (find().isCut) return;
          const answer = command();
          clock.after(arriveIn('answer'), () => find().isCut || resolve(answer));
        });
      });
    const redis = this.#redis;
    return {
      beat: (request) => call(() => redis.beat(me, request)),
      claim: (...args) => call(() => redis.claim(...args)),
      transfer: (...args) => call(() => redis.transfer(...args)),
      release: (lease) => call(() => redis.release(lease)),
      leave: () => call(() => redis.leave(me)),
    };
  }

  #createBus(find: () => Instance): Bus {
    return {
      publish: async () => 1,
      listen: (_channel, onMessage): Listening => {
        find().listeners.add(onMessage);
        return { ready: Promise.resolve(), close: () => void find().listeners.delete(onMessage) };
      },
      onLoss: (onLoss) => {
        find().lossListeners.add(onLoss);
        return () => void find().lossListeners.delete(onLoss);
      },
    };
  }

  #broadcast(message: Buffer): void {
    for (const instance of this.#instances.values()) {
      this.#deliver(instance, () => {
        for (const listener of instance.listeners) listener(message);
      });
    }
  }

  #deliver(to: Instance, deliver: () => void): void {
    if (!this.#isCalm && this.#pick(100) < this.#conditions.lossPercent) return;
    to.clock.after(this.#delay(), () => to.isCut || deliver());
  }

  /** Every owner says so, as with a price, and nobody may hear two in turn. */
  #speak(): void {
    const speaking = [...this.#instances.values()].filter(({ clock }) => !clock.isPaused);
    const owning = speaking.flatMap(({ members }) => {
      const owner = members.ownerOf(exchange);
      return owner.kind === 'self' ? [{ instance: members.instance, fence: owner.fence }] : [];
    });
    // Leases alone keep owners apart. Only data that Redis has lost can break that, and then numbers do.
    if (owning.length > 1 && !this.#hasFlushed) this.violations.push(`two owners: ${JSON.stringify(owning)}`);
    for (const message of owning)
      for (const instance of this.#instances.values()) this.#deliver(instance, () => this.#hear(instance, message));
    this.#clock.after(50, () => this.#speak());
  }

  #hear(receiver: Instance, message: Instance['heard']): void {
    if (!receiver.members.hear(exchange, message.instance, message.fence)) return;
    const { heard } = receiver;
    const isOlder = message.fence < heard.fence;
    const isOther = message.fence === heard.fence && message.instance !== heard.instance;
    if (isOlder || isOther) this.violations.push(`${receiver.name} heard ${JSON.stringify([heard, message])}`);
    receiver.heard = message;
  }

  #mend(instance: Instance): void {
    instance.isCut = false;
    for (const onLoss of instance.lossListeners) onLoss();
  }

  #replace(instance: Instance): void {
    if (instance.isLeaving) void instance.members.close();
    else instance.isCut = true;
    this.#start(instance.name);
  }

  #delay(): number {
    return this.#isCalm ? 5 : this.#pick(this.#conditions.maxDelayMs + 1);
  }

  /** A random whole number below `limit`. */
  #pick(limit: number): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#random / 2 ** 32) * limit);
  }
}
