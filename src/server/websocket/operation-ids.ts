import type { SubscribePayload } from 'graphql-ws';
import type { Admission } from '../access/admission.ts';
import type { MemoryReservation, NewSubscription } from '../access/subscription-memory.ts';
import { tooManyOperations } from '../access/too-many-operations.ts';
import type { LimitReached } from '../access/waiting-room.ts';

/**
 * A linked list of operations. A Map or an array would take five times the memory for the usual one operation per
 * socket.
 */
interface Owner {
  readonly id: string;
  payload: SubscribePayload;
  /**
   * `new` at first; `waiting` while there is no place for it; `new` again if the wait was in vain; `open` with a place;
   * `leaving` once its client has completed it, until it has ended. While it is leaving, its place on the socket is
   * free, but its place at the address is still taken.
   */
  state: 'new' | 'waiting' | 'open' | 'leaving';
  /** The reserved memory of a subscription. */
  memory: MemoryReservation | null;
  next: Owner | null;
}

/** Options that all sockets share. */
export interface OperationIdsOptions {
  readonly admission: Admission;
  /**
   * The maximum number of open operations of one socket. The same number can wait for a place, and the same number can
   * be leaving.
   */
  readonly maxOperations: number;
}

/**
 * Knows which operation each id of one socket belongs to. graphql-ws identifies operations only by id, and looks them
 * up after each of its awaits. A client can complete an operation and reuse its id for the next one while the first
 * operation still awaits something. Without this class, the first operation would answer in place of the second,
 * complete it, and leave an iterator open indefinitely. Each operation takes one place on the socket and one at the
 * address of the socket.
 */
export class OperationIds {
  readonly #options: OperationIdsOptions;
  readonly #address: string;
  #first: Owner | null = null;
  #waiting = 0;
  #open = 0;
  #leaving = 0;

  constructor(options: OperationIdsOptions, address: string) {
    this.#options = options;
    this.#address = address;
  }

  /**
   * Assigns the id to this operation and takes a place for it, at once or as soon as one is free. The payload object
   * identifies the operation. `bytes` is the memory of the operation while it waits. Resolves with the limit if it gets
   * no place.
   */
  async begin(id: string, payload: SubscribePayload, bytes: number): Promise<LimitReached | null> {
    const owner = this.#claim(id, payload);
    const { admission, maxOperations } = this.#options;
    const limit = this.#take(owner);
    // Only as many operations can wait as would get a place if all others ended.
    if (!limit || this.#waiting >= maxOperations) return limit;
    this.#setState(owner, 'waiting');
    const request = { address: this.#address, bytes, take: () => this.#take(owner) };
    const limitAfterWait = await admission.enter(payload, request);
    if (limitAfterWait && owner.payload === payload) this.#stopWaiting(owner);
    return limitAfterWait;
  }

  /**
   * Reserves memory for a subscription while it is open. Resolves with null if the subscription has ended already.
   * Rejects with TOO_MANY_SUBSCRIPTIONS if there is no room within the maximum wait.
   */
  async reserveMemory(
    id: string,
    payload: SubscribePayload,
    subscription: NewSubscription,
  ): Promise<MemoryReservation | null> {
    if (!this.#ownerOf(id, payload)) return null;
    const { admission } = this.#options;
    const memory = await admission.reserve(payload, this.#address, subscription);
    if (!('keys' in memory)) throw memory.toError();
    const owner = this.#ownerOf(id, payload);
    if (owner) owner.memory = memory;
    else admission.releaseMemory(memory);
    return owner ? memory : null;
  }

  /**
   * Called when the client has completed an operation. The operation stops waiting, and its place on the socket is
   * free.
   */
  complete(id: string): void {
    const owner = this.#find(id);
    if (!owner) return;
    const { admission, maxOperations } = this.#options;
    this.#stopWaiting(owner);
    // The number of operations that end slowly must be limited.
    if (owner.state !== 'open' || this.#leaving >= maxOperations) return;
    this.#setState(owner, 'leaving');
    admission.onFreed(this);
  }

  /** Resolves at once if the id still belongs to this operation. Otherwise never resolves, so that graphql-ws stops. */
  async proceed(id: string, payload: SubscribePayload): Promise<void> {
    if (this.#ownerOf(id, payload)) return;
    await new Promise<never>(() => {});
  }

  /** Does the same for an operation with a result. If the result is a stream that nothing will read, closes it. */
  async proceedWith(id: string, payload: SubscribePayload, result: unknown): Promise<void> {
    if (!this.#ownerOf(id, payload) && isReturnable(result)) await result.return();
    await this.proceed(id, payload);
  }

  /** Forgets an operation that has ended, unless its id belongs to another operation already. */
  end(id: string, payload: SubscribePayload): void {
    let before: Owner | null = null;
    for (let owner = this.#first; owner; before = owner, owner = owner.next) {
      if (owner.id !== id || owner.payload !== payload) continue;
      if (before) before.next = owner.next;
      else this.#first = owner.next;
      this.#release(owner);
      return;
    }
  }

  /** Forgets all operations, because the socket has closed. */
  endAll(): void {
    const all = this.#first;
    this.#first = null;
    for (let owner = all; owner; owner = owner.next) this.#stopWaiting(owner);
    for (let owner = all; owner; owner = owner.next) this.#release(owner);
  }

  /** Returns the entry of an id, which belongs to this operation from now on. */
  #claim(id: string, payload: SubscribePayload): Owner {
    const owner = this.#find(id);
    if (!owner) {
      this.#first = { id, payload, state: 'new', memory: null, next: this.#first };
      return this.#first;
    }
    this.#stopWaiting(owner);
    this.#releaseMemory(owner);
    if (owner.state === 'leaving') this.#releasePlace(owner);
    owner.payload = payload;
    return owner;
  }

  #stopWaiting(owner: Owner): void {
    this.#options.admission.leave(owner.payload);
    if (owner.state === 'waiting') this.#setState(owner, 'new');
  }

  #take(owner: Owner): LimitReached | null {
    const { admission, maxOperations } = this.#options;
    // It takes over the place of the operation that had the id before.
    if (owner.state === 'open') return null;
    if (this.#open >= maxOperations) {
      return { key: this, isServerWide: false, toError: () => tooManyOperations('socket', maxOperations) };
    }
    const limit = admission.take(this.#address);
    if (!limit) this.#setState(owner, 'open');
    return limit;
  }

  #setState(owner: Owner, state: Owner['state']): void {
    this.#count(owner.state, -1);
    owner.state = state;
    this.#count(state, 1);
  }

  #count(state: Owner['state'], change: number): void {
    if (state === 'waiting') this.#waiting += change;
    if (state === 'open') this.#open += change;
    if (state === 'leaving') this.#leaving += change;
  }

  #release(owner: Owner): void {
    this.#releaseMemory(owner);
    if (owner.state === 'open' || owner.state === 'leaving') this.#releasePlace(owner);
  }

  #releasePlace(owner: Owner): void {
    this.#setState(owner, 'new');
    this.#options.admission.release(this.#address);
    this.#options.admission.onFreed(this);
  }

  #releaseMemory(owner: Owner): void {
    if (owner.memory) this.#options.admission.releaseMemory(owner.memory);
    owner.memory = null;
  }

  #ownerOf(id: string, payload: SubscribePayload): Owner | null {
    const owner = this.#find(id);
    return owner?.payload === payload ? owner : null;
  }

  #find(id: string): Owner | null {
    let owner = this.#first;
    while (owner && owner.id !== id) owner = owner.next;
    return owner;
  }
}

function isReturnable(result: unknown): result is { return(): Promise<unknown> } {
  return typeof result === 'object' && result !== null && 'return' in result && typeof result.return === 'function';
}
