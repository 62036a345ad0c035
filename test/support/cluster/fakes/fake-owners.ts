import { type Clock, sleep } from '../../../../src/base/clock.ts';
import type { Owner, OwnerChange, Owners } from '../../../../src/cluster/members/owners.ts';

interface Lease {
  readonly instance: string;
  readonly fence: number;
}

/** Which instance owns each exchange, as a test says. Each change has a higher fencing number. */
export class FakeOwnership {
  /** Makes the caller of `find` the owner of an exchange that has none. */
  grantsToFinder = false;
  readonly #clock: Clock;
  readonly #leases = new Map<string, Lease>();
  readonly #members = new Set<FakeOwners>();
  #fence = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An instance. */
  join(instance: string): FakeOwners {
    const owners = new FakeOwners(instance, this, this.#clock);
    this.#members.add(owners);
    return owners;
  }

  leaseOf(exchange: string): Lease | null {
    return this.#leases.get(exchange) ?? null;
  }

  /** Makes an instance the owner, or nobody. All instances that are not deaf notice at once. */
  give(exchange: string, instance: string | null, isHandover = false): void {
    this.#fence += 1;
    if (instance === null) this.#leases.delete(exchange);
    else this.#leases.set(exchange, { instance, fence: this.#fence });
    for (const owners of this.#members) owners.learn(exchange, isHandover);
  }
}

/** What one instance knows. */
export class FakeOwners implements Owners {
  readonly instance: string;
  /** What was passed to `onUnreachable`. */
  readonly unreachable: string[] = [];
  readonly #ownership: FakeOwnership;
  readonly #clock: Clock;
  readonly #known = new Map<string, Owner>();
  readonly #onChange = new Set<(change: OwnerChange) => void>();
  #isAlone = false;
  /** True while it does not notice changes, as after a pause. */
  isDeaf = false;

  constructor(instance: string, ownership: FakeOwnership, clock: Clock) {
    this.instance = instance;
    this.#ownership = ownership;
    this.#clock = clock;
  }

  ownerOf(exchange: string): Owner {
    if (this.#isAlone) return { kind: 'alone' };
    if (this.isDeaf) return this.#known.get(exchange) ?? { kind: 'none' };
    return this.#read(exchange);
  }

  async find(exchange: string, timeoutMs: number): Promise<Owner> {
    if (this.ownerOf(exchange).kind === 'none' && this.#ownership.grantsToFinder) {
      this.#ownership.give(exchange, this.instance);
    }
    const known = this.ownerOf(exchange);
    if (known.kind !== 'none') return known;
    const found = new AbortController();
    const stop = this.onChange((change) => {
      if (change.exchange === exchange && change.owner.kind !== 'none') found.abort();
    });
    await sleep(this.#clock, timeoutMs, found.signal);
    stop();
    return this.ownerOf(exchange);
  }

  hear(exchange: string, instance: string, fence: number): boolean {
    const lease = this.#ownership.leaseOf(exchange);
    return !lease || fence > lease.fence || (fence === lease.fence && instance === lease.instance);
  }

  onUnreachable(instance: string): void {
    this.unreachable.push(instance);
  }

  onChange(onChange: (change: OwnerChange) => void): () => void {
    this.#onChange.add(onChange);
    return () => this.#onChange.delete(onChange);
  }

  /** Redis cannot be reached, or again. */
  setAlone(isAlone: boolean, exchanges: readonly string[] = []): void {
    this.#isAlone = isAlone;
    for (const exchange of exchanges) this.learn(exchange, false);
  }

  /** For the ownership. */
  learn(exchange: string, isHandover: boolean): void {
    if (this.isDeaf) return;
    const previous = this.#known.get(exchange) ?? { kind: 'none' };
    const owner = this.ownerOf(exchange);
    this.#known.set(exchange, owner);
    for (const onChange of [...this.#onChange]) onChange({ exchange, owner, previous, isHandover });
  }

  #read(exchange: string): Owner {
    const lease = this.#ownership.leaseOf(exchange);
    if (!lease) return { kind: 'none' };
    const { instance, fence } = lease;
    return instance === this.instance ? { kind: 'self', fence } : { kind: 'other', instance, fence };
  }
}
