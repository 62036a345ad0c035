import type { Clock } from '../../../src/base/clock.ts';
import { type Bus, type Listening, RedisUnavailable } from '../../../src/cluster/connection/bus.ts';
import { ClusterMembers } from '../../../src/cluster/members/cluster-members.ts';
import type { LeaseStore } from '../../../src/cluster/members/lease-store.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { PausableClock } from '../fakes/pausable-clock.ts';
import { SimulatedLeases } from './simulated-leases.ts';

const leaseMs = 1200;
const exchange = 'kraken';

export type InstanceFault = 'pause' | 'resume' | 'cut' | 'mend' | 'kill' | 'start' | 'leave';

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
  isDead: boolean;
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

  need(name: string): void {
    const instance = this.#instances.get(name);
    if (instance && !instance.clock.isPaused) void instance.members.find(exchange, 2 * leaseMs);
  }

  apply(fault: InstanceFault, name: string): void {
    const instance = this.#instances.get(name);
    if (!instance) return;
    if (fault === 'start') {
      if (instance.isDead) this.#start(name);
    } else if (fault === 'kill') {
      instance.isDead = true;
      instance.clock.pause();
    } else if (fault === 'pause') instance.clock.pause();
    else if (fault === 'resume') {
      if (!instance.isDead) instance.clock.resume();
    } else if (fault === 'leave') {
      if (!instance.clock.isPaused) void instance.members.handOver();
    } else this.#setCut(instance, fault === 'cut');
  }

  advance(ms: number): Promise<void> {
    return this.#clock.advance(ms);
  }

  /** Ends all faults, replaces the dead and the leaving, and lets everybody ask for the owner. */
  async settle(): Promise<void> {
    this.#isCalm = true;
    for (const instance of this.#instances.values()) {
      if (instance.isDead) this.#start(instance.name);
      else {
        instance.clock.resume();
        this.#setCut(instance, false);
      }
    }
    await this.advance(4 * leaseMs);
    if (this.owners().every((owner) => owner === 'none')) this.#start('fresh');
    for (let round = 0; round < 3; round++) {
      for (const { name } of this.#instances.values()) this.need(name);
      await this.advance(3 * leaseMs);
    }
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
      isDead: false,
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
  }

  /** Commands reach Redis later, or never, and so do the answers. */
  #connect(me: string, find: () => Instance): LeaseStore {
    const call = <T>(command: () => T): Promise<T> =>
      new Promise((resolve, reject) => {
        const { clock } = find();
        clock.after(leaseMs / 3, () => reject(new RedisUnavailable('late')));
        this.#clock.after(this.#delay(), () => {
          if (find().isCut) return;
          const answer = command();
          clock.after(this.#delay(), () => find().isCut || resolve(answer));
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

  #setCut(instance: Instance, isCut: boolean): void {
    const isMended = instance.isCut && !isCut;
    instance.isCut = isCut;
    if (isMended) for (const onLoss of instance.lossListeners) onLoss();
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
