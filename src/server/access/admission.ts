import type { Clock } from '../../base/clock.ts';
import type { ConcurrencyLimit, LimitScope } from './concurrency-limit.ts';
import type { MemoryExcess } from './memory-excess.ts';
import type { MemoryReservation, NewSubscription, SubscriptionMemory } from './subscription-memory.ts';
import { tooManyOperations } from './too-many-operations.ts';
import { type LimitReached, type PlaceRequest, WaitingRoom } from './waiting-room.ts';

export interface AdmissionOptions {
  /** Counts the open operations of all protocols. */
  readonly operations: ConcurrencyLimit;
  /** Counts the memory that subscriptions of all protocols keep. */
  readonly memory: SubscriptionMemory;
  readonly clock: Clock;
}

/** The memory of a waiting operation in addition to its message: promises, a timer and its context, in bytes. */
const waitingBytes = 4096;

/** Admits operations of all protocols up to the limits. An operation over a limit waits briefly for room. */
export class Admission {
  readonly #operations: ConcurrencyLimit;
  readonly #memory: SubscriptionMemory;
  readonly #room: WaitingRoom;

  constructor({ operations, memory, clock }: AdmissionOptions) {
    this.#operations = operations;
    this.#memory = memory;
    this.#room = new WaitingRoom({ clock });
  }

  /** Number of open operations. */
  get openCount(): number {
    return this.#operations.total;
  }

  /** Number of operations that wait for room. */
  get waitingCount(): number {
    return this.#room.size;
  }

  /** Estimated memory of open subscriptions, in bytes. */
  get memoryBytes(): number {
    return this.#memory.bytes;
  }

  /** Admits an operation, identified by `owner`: see `WaitingRoom`. `bytes` is the size of its message. */
  enter(owner: object, request: PlaceRequest): Promise<LimitReached | null> {
    return this.#room.enter(owner, { ...request, bytes: request.bytes + waitingBytes });
  }

  /** Ends the wait of an operation. */
  leave(owner: object): void {
    this.#room.leave(owner);
  }

  /** Must be called when something was released that is not counted here. */
  onFreed(key: object): void {
    this.#room.onFreed(key);
  }

  /** Takes a place for an operation, which must be released once. Returns null, or the limit if there is no place. */
  take(address: string): LimitReached | null {
    const scope = this.#operations.take(address);
    if (!scope) return null;
    const toError = () => tooManyOperations(scope, this.#operations.maxOf(scope));
    return toLimitReached(scope, keys.operations, address, toError);
  }

  /** Releases a place. */
  release(address: string): void {
    this.#operations.release(address);
    this.#onFreed(keys.operations, address);
  }

  /**
   * Reserves memory for a subscription, identified by `owner`, at once or as soon as there is room. The reservation
   * must be released once. Resolves with the limit if there is no room.
   */
  async reserve(
    owner: object,
    address: string,
    subscription: NewSubscription,
  ): Promise<MemoryReservation | LimitReached> {
    const first = this.#reserve(address, subscription);
    // Waiting does not help a subscription that is too large by itself.
    if ('keys' in first || first.excess.scope === null) return first;
    const { bytes } = first.excess;
    let result: MemoryReservation | LimitReached = first;
    const take = (): LimitReached | null => {
      result = this.#reserve(address, subscription);
      return 'keys' in result ? null : result;
    };
    await this.enter(owner, { address, bytes, take });
    return result;
  }

  /** Releases the memory of a subscription. */
  releaseMemory(reservation: MemoryReservation): void {
    this.#memory.release(reservation);
    this.#onFreed(keys.memory, reservation.address);
  }

  #reserve(
    address: string,
    subscription: NewSubscription,
  ): MemoryReservation | (LimitReached & { readonly excess: MemoryExcess }) {
    const reserved = this.#memory.reserve(address, subscription);
    if ('keys' in reserved) return reserved;
    const { scope, toError } = reserved;
    return { ...toLimitReached(scope ?? 'address', keys.memory, address, toError), excess: reserved };
  }

  #onFreed(keys: Keys, address: string): void {
    if (this.#room.size === 0) return;
    this.#room.onFreed(keys.address(address));
    this.#room.onFreed(keys.total(address));
  }
}

type Keys = Readonly<Record<LimitScope, (address: string) => string>>;

/** The keys of the queues. Operations in one queue wait for the same limit. */
const keys: Readonly<Record<'operations' | 'memory', Keys>> = {
  operations: { address: (address) => `operations of ${address}`, total: () => 'operations' },
  memory: { address: (address) => `memory of ${address}`, total: () => 'memory' },
};

function toLimitReached(
  scope: LimitScope,
  keys: Keys,
  address: string,
  toError: LimitReached['toError'],
): LimitReached {
  return { key: keys[scope](address), isServerWide: scope === 'total', toError };
}
