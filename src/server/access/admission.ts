import type { Clock } from '../../base/clock.ts';
import type { Allowance, Excess } from './allowance.ts';
import type { Hold, NewSubscription, NoRoom, SubscriptionMemory } from './subscription-memory.ts';
import { tooManyOperations } from './too-many-operations.ts';
import { type Candidate, type Shortage, WaitingRoom } from './waiting-room.ts';

export interface AdmissionOptions {
  /** Operations that are open, of all protocols. */
  readonly operations: Allowance;
  /** What subscriptions keep, of all protocols. */
  readonly memory: SubscriptionMemory;
  readonly clock: Clock;
}

/** What an operation that waits keeps in memory besides what its client sent: promises, a timer and its context, in bytes. */
const waitingBytes = 4096;

/** Lets operations in, over whichever protocol they come, as far as the limits go: what is over one waits a moment. */
export class Admission {
  readonly #operations: Allowance;
  readonly #memory: SubscriptionMemory;
  readonly #room: WaitingRoom;

  constructor({ operations, memory, clock }: AdmissionOptions) {
    this.#operations = operations;
    this.#memory = memory;
    this.#room = new WaitingRoom({ clock });
  }

  /** How many operations are open. */
  get openCount(): number {
    return this.#operations.total;
  }

  /** How many operations wait for room. */
  get waitingCount(): number {
    return this.#room.size;
  }

  /** Lets one in that is known by `who`: see `WaitingRoom`. Its bytes are those that its client sent. */
  enter(who: object, candidate: Candidate): Promise<Shortage | null> {
    return this.#room.enter(who, { ...candidate, bytes: candidate.bytes + waitingBytes });
  }

  /** Makes one wait no longer. */
  leave(who: object): void {
    this.#room.leave(who);
  }

  /** To be called when something was given back that is not counted here. */
  serve(key: object): void {
    this.#room.serve(key);
  }

  /** Takes a place for an operation, to be given back once; null where it got one. */
  take(address: string): Shortage | null {
    const excess = this.#operations.take(address);
    if (!excess) return null;
    const toError = () => tooManyOperations(excess, this.#operations.maxOf(excess));
    return toShortage(excess, keys.operations, address, toError);
  }

  /** Gives a place back. */
  release(address: string): void {
    this.#operations.release(address);
    this.#serve(keys.operations, address);
  }

  /**
   * Takes memory for a subscription that is known by `who`, at once or as soon as there is room; to be given back once.
   * Resolves with what is short where it gets none.
   */
  async hold(who: object, address: string, subscription: NewSubscription): Promise<Hold | Shortage> {
    const first = this.#hold(address, subscription);
    // No waiting helps one that is too large alone.
    if ('keys' in first || first.noRoom.excess === null) return first;
    const { bytes } = first.noRoom;
    let held: Hold | Shortage = first;
    const take = (): Shortage | null => {
      held = this.#hold(address, subscription);
      return 'keys' in held ? null : held;
    };
    await this.enter(who, { address, bytes, take });
    return held;
  }

  /** Gives the memory of a subscription back. */
  releaseHold(hold: Hold): void {
    this.#memory.release(hold);
    this.#serve(keys.memory, hold.address);
  }

  #hold(address: string, subscription: NewSubscription): Hold | (Shortage & { readonly noRoom: NoRoom }) {
    const held = this.#memory.hold(address, subscription);
    if ('keys' in held) return held;
    return { ...toShortage(held.excess ?? 'address', keys.memory, address, held.toError), noRoom: held };
  }

  #serve(keys: Keys, address: string): void {
    if (this.#room.size === 0) return;
    this.#room.serve(keys.address(address));
    this.#room.serve(keys.total(address));
  }
}

type Keys = Readonly<Record<Excess, (address: string) => string>>;

/** By what those who lack the same are known. */
const keys: Readonly<Record<'operations' | 'memory', Keys>> = {
  operations: { address: (address) => `operations of ${address}`, total: () => 'operations' },
  memory: { address: (address) => `memory of ${address}`, total: () => 'memory' },
};

function toShortage(excess: Excess, keys: Keys, address: string, toError: Shortage['toError']): Shortage {
  return { key: keys[excess](address), isGeneral: excess === 'total', toError };
}
