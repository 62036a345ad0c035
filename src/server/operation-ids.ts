import type { SubscribePayload } from 'graphql-ws';
import type { Allowance, Excess } from './allowance.ts';
import type { Hold, NewSubscription, SubscriptionMemory } from './subscription-memory.ts';

/** A link of a list: a Map, or an array that grows, would take five times as much for the usual one operation a socket. */
interface Owner {
  readonly id: string;
  payload: SubscribePayload;
  /** False of one too many, until it has been told so. */
  isCounted: boolean;
  /** What it keeps in memory, of a subscription. */
  hold: Hold | null;
  next: Owner | null;
}

/**
 * Which operation each id of one socket stands for. graphql-ws knows operations by id alone and looks them up after each
 * of its waits: where a client completes one and gives its id to the next before the first is out of its waits, the
 * first would answer as the second, complete it, and leave an iterator open for ever. Each counts as open at the address
 * of the socket.
 */
export class OperationIds {
  readonly #open: Allowance;
  readonly #memory: SubscriptionMemory;
  readonly #address: string;
  #first: Owner | null = null;

  constructor(open: Allowance, memory: SubscriptionMemory, address: string) {
    this.#open = open;
    this.#memory = memory;
    this.#address = address;
  }

  /**
   * Notes that the id is this operation's from now on, and says why where that is one too many. Its payload, an object of
   * its own, tells it from others.
   */
  begin(id: string, payload: SubscribePayload): Excess | null {
    const owner = this.#find(id);
    const excess = owner?.isCounted ? null : this.#open.take(this.#address);
    const isCounted = excess === null;
    if (owner) {
      this.#releaseHold(owner);
      Object.assign(owner, { payload, isCounted });
    } else this.#first = { id, payload, isCounted, hold: null, next: this.#first };
    return excess;
  }

  /**
   * Notes what a subscription keeps in memory for as long as it is open; nothing of one that has ended already. Throws
   * TOO_MANY_SUBSCRIPTIONS where that is too much.
   */
  hold(id: string, payload: SubscribePayload, subscription: NewSubscription): Hold | null {
    const owner = this.#find(id);
    if (owner?.payload !== payload) return null;
    this.#releaseHold(owner);
    owner.hold = this.#memory.hold(this.#address, subscription);
    return owner.hold;
  }

  /** Resolves at once while the id is this operation's; never, once it is another's, so that graphql-ws goes no further. */
  async proceed(id: string, payload: SubscribePayload): Promise<void> {
    if (this.#isOwner(id, payload)) return;
    await new Promise<never>(() => {});
  }

  /** The same where the operation has a result by now, which is closed if it is a stream that nobody will read. */
  async proceedWith(id: string, payload: SubscribePayload, result: unknown): Promise<void> {
    if (!this.#isOwner(id, payload) && isReturnable(result)) await result.return();
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
    for (let owner = this.#first; owner; owner = owner.next) {
      this.#release(owner);
    }
    this.#first = null;
  }

  #release(owner: Owner): void {
    this.#releaseHold(owner);
    if (owner.isCounted) this.#open.release(this.#address);
  }

  #releaseHold(owner: Owner): void {
    if (owner.hold) this.#memory.release(owner.hold);
    owner.hold = null;
  }

  #isOwner(id: string, payload: SubscribePayload): boolean {
    return this.#find(id)?.payload === payload;
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
