import type { Announcement } from '../../../../src/cluster/members/announcement.ts';
import type {
  BeatReply,
  BeatRequest,
  Lease,
  RunningLease,
  SeenOwner,
} from '../../../../src/cluster/members/lease-store.ts';

interface Entry extends SeenOwner {
  readonly until: number;
  readonly isHandover: boolean;
}

interface Instance {
  readonly since: number;
  readonly until: number;
  readonly isLeaving: boolean;
}

/** What the scripts do in Redis, as a model. A test proves that both do the same. */
export class SimulatedLeases {
  readonly #now: () => number;
  readonly #leaseMs: number;
  readonly #announce: (announcement: Announcement) => void;
  readonly #instances = new Map<string, Instance>();
  readonly #leases = new Map<string, Entry>();
  readonly #fences = new Map<string, number>();

  constructor(now: () => number, leaseMs: number, announce: (announcement: Announcement) => void) {
    this.#now = now;
    this.#leaseMs = leaseMs;
    this.#announce = announce;
  }

  flush(): void {
    for (const map of [this.#instances, this.#leases, this.#fences]) map.clear();
  }

  beat(me: string, { isLeaving, held, seen }: BeatRequest): BeatReply {
    const now = this.#now();
    const since = this.#instances.get(me)?.since ?? now;
    this.#instances.set(me, { since, until: now + this.#leaseMs, isLeaving });
    for (const { exchange, fence } of held) {
      const lease = this.#running(exchange);
      if (lease?.instance === me) this.#write(exchange, me, lease.fence, lease.isHandover);
      else if (lease) {
        if (fence !== null && lease.fence < fence) this.#write(exchange, me, fence, false);
      } else if (fence === null) this.#grant(exchange, me, seen(exchange), false);
      else if ((this.#fences.get(exchange) ?? 0) <= fence) this.#write(exchange, me, fence, false);
    }
    for (const [name, { until }] of this.#instances) if (until <= now) this.#instances.delete(name);
    const instances = [...this.#instances].map(([name, instance]) => ({
      name,
      ageMs: now - instance.since,
      silenceMs: now + this.#leaseMs - instance.until,
      exchanges: null,
      isLeaving: instance.isLeaving,
    }));
    const leases = [...this.#leases.keys()].flatMap((exchange) => this.#row(exchange) ?? []);
    return { now, instances, leases, versions: [1] };
  }

  claim(exchange: string, candidate: string, seen: SeenOwner | null): RunningLease | null {
    const lease = this.#running(exchange);
    const number = seen?.fence ?? 0;
    if (!lease && this.#canOwn(candidate)) this.#grant(exchange, candidate, number, false);
    else if (lease && (lease.fence < number || (lease.fence === number && lease.instance !== seen?.instance)))
      this.#grant(exchange, lease.instance, number, false);
    return this.#row(exchange);
  }

  transfer({ exchange, instance, fence }: Lease, to: string): RunningLease | null {
    if (!this.#has(exchange, instance, fence) || !this.#canOwn(to)) return null;
    this.#grant(exchange, to, fence, true);
    return this.#row(exchange);
  }

  release({ exchange, instance, fence }: Lease): void {
    if (this.#has(exchange, instance, fence)) this.#end(exchange, fence);
  }

  leave(me: string): void {
    for (const [exchange, { instance, fence }] of this.#leases) if (instance === me) this.#end(exchange, fence);
    this.#instances.delete(me);
  }

  #end(exchange: string, fence: number): void {
    this.#leases.delete(exchange);
    this.#announce({ exchange, instance: null, fence, isHandover: false });
  }

  #running(exchange: string): Entry | null {
    const lease = this.#leases.get(exchange);
    return lease && lease.until > this.#now() ? lease : null;
  }

  #row(exchange: string): RunningLease | null {
    const lease = this.#running(exchange);
    if (!lease) return null;
    const { instance, fence, until, isHandover } = lease;
    return { exchange, instance, fence, remainingMs: until - this.#now(), isHandover };
  }

  #has(exchange: string, instance: string, fence: number): boolean {
    const lease = this.#running(exchange);
    return lease?.instance === instance && lease.fence === fence;
  }

  #canOwn(name: string): boolean {
    const instance = this.#instances.get(name);
    return instance !== undefined && instance.until > this.#now() + this.#leaseMs / 2 && !instance.isLeaving;
  }

  #write(exchange: string, instance: string, fence: number, isHandover: boolean): void {
    this.#leases.set(exchange, { instance, fence, until: this.#now() + this.#leaseMs, isHandover });
    this.#fences.set(exchange, Math.max(fence, this.#fences.get(exchange) ?? 0));
  }

  #grant(exchange: string, instance: string, seen: number, isHandover: boolean): void {
    const fence = Math.floor(Math.max((this.#fences.get(exchange) ?? 0) + 1, this.#now(), seen + 1));
    this.#write(exchange, instance, fence, isHandover);
    this.#announce({ exchange, instance, fence, isHandover });
  }
}
