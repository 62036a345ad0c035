import type { SubscribePayload } from 'graphql-ws';
import type { Admission } from '../access/admission.ts';
import type { Hold, NewSubscription } from '../access/subscription-memory.ts';
import { tooManyOperations } from '../access/too-many-operations.ts';
import type { Shortage } from '../access/waiting-room.ts';

/** A link of a list: a Map, or an array that grows, would take five times as much for the usual one operation a socket. */
interface Owner {
  readonly id: string;
  payload: SubscribePayload;
  /**
   * `new` and then perhaps `waiting` until it has a place, and `new` again of one that gets none; `leaving` once its client
   * has completed it, until it has been taken down: then its place on the socket is free, and its place at its address not.
   */
  state: 'new' | 'waiting' | 'open' | 'leaving';
  /** What it keeps in memory, of a subscription. */
  hold: Hold | null;
  next: Owner | null;
}

/** What the operations of all sockets have in common. */
export interface OperationIdsOptions {
  readonly admission: Admission;
  /** How many operations one socket may have open; as many more may wait for a place, and as many be on their way out. */
  readonly maxOperations: number;
}

/**
 * Which operation each id of one socket stands for. graphql-ws knows operations by id alone and looks them up after each
 * of its waits: where a client completes one and gives its id to the next before the first is out of its waits, the
 * first would answer as the second, complete it, and leave an iterator open for ever. Each takes a place on the socket
 * and one at the socket's address.
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
   * Notes that the id is this operation's from now on, and finds it a place, at once or as soon as there is one. Its
   * payload, an object of its own, tells it from others; `bytes` is how much it keeps in memory while it waits. Resolves
   * with what is short where it gets no place.
   */
  async begin(id: string, payload: SubscribePayload, bytes: number): Promise<Shortage | null> {
    const owner = this.#claim(id, payload);
    const { admission, maxOperations } = this.#options;
    const shortage = this.#take(owner);
    // As many may wait as could have a place if all others ended.
    if (!shortage || this.#waiting >= maxOperations) return shortage;
    this.#setState(owner, 'waiting');
    const candidate = { address: this.#address, bytes, take: () => this.#take(owner) };
    const stillShort = await admission.enter(payload, candidate);
    if (stillShort && owner.payload === payload) this.#stopWaiting(owner);
    return stillShort;
  }

  /**
   * Notes what a subscription keeps in memory for as long as it is open; nothing of one that has ended already. Rejects
   * with TOO_MANY_SUBSCRIPTIONS where that is too much, and stays so for a while.
   */
  async hold(id: string, payload: SubscribePayload, subscription: NewSubscription): Promise<Hold | null> {
    if (!this.#ownerOf(id, payload)) return null;
    const { admission } = this.#options;
    const hold = await admission.hold(payload, this.#address, subscription);
    if (!('keys' in hold)) throw hold.toError();
    const owner = this.#ownerOf(id, payload);
    if (owner) owner.hold = hold;
    else admission.releaseHold(hold);
    return owner ? hold : null;
  }

  /** Notes that the client has completed what has this id: it waits no longer, and its place on the socket is free. */
  complete(id: string): void {
    const owner = this.#find(id);
    if (!owner) return;
    const { admission, maxOperations } = this.#options;
    this.#stopWaiting(owner);
    // What takes its time to go must not come in any number.
    if (owner.state !== 'open' || this.#leaving >= maxOperations) return;
    this.#setState(owner, 'leaving');
    admission.serve(this);
  }

  /** Resolves at once while the id is this operation's; never, once it is another's, so that graphql-ws goes no further. */
  async proceed(id: string, payload: SubscribePayload): Promise<void> {
    if (this.#ownerOf(id, payload)) return;
    await new Promise<never>(() => {});
  }

  /** The same where the operation has a result by now, which is closed if it is a stream that nobody will read. */
  async proceedWith(id: string, payload: SubscribePayload, result: unknown): Promise<void> {
    if (!this.#ownerOf(id, payload) && isReturnable(result)) await result.return();
    await this.proceed(id, payload);
  }

  /** Forgets an operation that has ended, unless its id is another's already. */
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

  /** Forgets them all, since the socket has closed. */
  endAll(): void {
    const all = this.#first;
    this.#first = null;
    for (let owner = all; owner; owner = owner.next) this.#stopWaiting(owner);
    for (let owner = all; owner; owner = owner.next) this.#release(owner);
  }

  /** The link of an id, for an operation that has it from now on. */
  #claim(id: string, payload: SubscribePayload): Owner {
    const owner = this.#find(id);
    if (!owner) {
      this.#first = { id, payload, state: 'new', hold: null, next: this.#first };
      return this.#first;
    }
    this.#stopWaiting(owner);
    this.#releaseHold(owner);
    if (owner.state === 'leaving') this.#releasePlace(owner);
    owner.payload = payload;
    return owner;
  }

  #stopWaiting(owner: Owner): void {
    this.#options.admission.leave(owner.payload);
    if (owner.state === 'waiting') this.#setState(owner, 'new');
  }

  #take(owner: Owner): Shortage | null {
    const { admission, maxOperations } = this.#options;
    // It has the place of the one whose id it has.
    if (owner.state === 'open') return null;
    if (this.#open >= maxOperations) {
      return { key: this, isGeneral: false, toError: () => tooManyOperations('socket', maxOperations) };
    }
    const shortage = admission.take(this.#address);
    if (!shortage) this.#setState(owner, 'open');
    return shortage;
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
    this.#releaseHold(owner);
    if (owner.state === 'open' || owner.state === 'leaving') this.#releasePlace(owner);
  }

  #releasePlace(owner: Owner): void {
    this.#setState(owner, 'new');
    this.#options.admission.release(this.#address);
    this.#options.admission.serve(this);
  }

  #releaseHold(owner: Owner): void {
    if (owner.hold) this.#options.admission.releaseHold(owner.hold);
    owner.hold = null;
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
