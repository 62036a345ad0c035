import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';

/** What there is too little of for an operation to be let in. */
export interface Shortage {
  /** Whoever lacks the same has the same key: a socket, an address or the whole server. */
  readonly key: object | string;
  /** True where all clients together have taken what there is, so that this one can do nothing about it. */
  readonly isGeneral: boolean;
  /** What an operation is refused with that gets no room in time. */
  readonly toError: () => MarketDataError;
}

/** Somebody who may have to wait. */
export interface Candidate {
  readonly address: string;
  /** How much it keeps in memory while it waits, in bytes. */
  readonly bytes: number;
  /** Takes what it needs, and returns null; or takes nothing, and returns what is short. */
  readonly take: () => Shortage | null;
}

interface Waiter {
  readonly candidate: Candidate;
  shortage: Shortage;
  readonly settle: (shortage: Shortage | null) => void;
}

export interface WaitingRoomOptions {
  readonly clock: Clock;
  /** How long somebody may wait, in ms. */
  readonly waitMs?: number;
  /** How much those who wait may keep in memory together, in bytes. */
  readonly maxBytes?: number;
  /** The same of those of one address. */
  readonly maxBytesPerAddress?: number;
}

const megabyte = 1024 * 1024;

/**
 * Where operations wait that are over a limit. A page whose rows all change subscribes to the new ones before it ends the
 * old ones, and is over its limit for a moment only. There is a line for each key, first come, first served; as soon as
 * something is given back, those who lack it take it, so nobody who comes later finds it.
 */
export class WaitingRoom {
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #maxBytes: number;
  readonly #maxBytesPerAddress: number;
  readonly #lines = new Map<object | string, Set<Waiter>>();
  readonly #waiters = new Map<object, Waiter>();
  readonly #bytesByAddress = new Map<string, number>();
  #bytes = 0;

  constructor(options: WaitingRoomOptions) {
    this.#clock = options.clock;
    this.#waitMs = options.waitMs ?? 2000;
    this.#maxBytes = options.maxBytes ?? 32 * megabyte;
    this.#maxBytesPerAddress = options.maxBytesPerAddress ?? 4 * megabyte;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Lets a candidate, known by `who`, take what it needs, at once or as soon as there is room. Resolves with null when it
   * has, and with what is short when it has waited long enough, has left, or may not wait since too much waits already.
   */
  async enter(who: object, candidate: Candidate): Promise<Shortage | null> {
    const shortage = candidate.take();
    return shortage && this.#hasRoomFor(candidate) ? this.#wait(who, candidate, shortage) : shortage;
  }

  /** Makes a candidate wait no longer. */
  leave(who: object): void {
    const waiter = this.#waiters.get(who);
    waiter?.settle(waiter.shortage);
  }

  /** To be called when something was given back that those with this key may have lacked. */
  serve(key: object | string): void {
    for (const waiter of this.#lines.get(key) ?? []) {
      const shortage = waiter.candidate.take();
      if (shortage?.key === key) return;
      if (shortage) this.#move(waiter, shortage);
      else waiter.settle(null);
    }
  }

  #wait(who: object, candidate: Candidate, shortage: Shortage): Promise<Shortage | null> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#waitMs, () => this.leave(who));
      const settle = (result: Shortage | null): void => {
        cancel();
        this.#waiters.delete(who);
        this.#leaveLine(waiter);
        this.#add(candidate.address, -candidate.bytes);
        resolve(result);
      };
      const waiter: Waiter = { candidate, shortage, settle };
      this.#waiters.set(who, waiter);
      this.#joinLine(waiter);
      this.#add(candidate.address, candidate.bytes);
    });
  }

  /** It lacks something else by now. */
  #move(waiter: Waiter, shortage: Shortage): void {
    this.#leaveLine(waiter);
    waiter.shortage = shortage;
    this.#joinLine(waiter);
  }

  #joinLine(waiter: Waiter): void {
    const { key } = waiter.shortage;
    const line = this.#lines.get(key) ?? new Set();
    line.add(waiter);
    this.#lines.set(key, line);
  }

  #leaveLine(waiter: Waiter): void {
    const { key } = waiter.shortage;
    const line = this.#lines.get(key);
    line?.delete(waiter);
    if (line?.size === 0) this.#lines.delete(key);
  }

  #hasRoomFor({ address, bytes }: Candidate): boolean {
    const ofAddress = this.#bytesByAddress.get(address) ?? 0;
    return ofAddress + bytes <= this.#maxBytesPerAddress && this.#bytes + bytes <= this.#maxBytes;
  }

  #add(address: string, bytes: number): void {
    this.#bytes += bytes;
    const sum = (this.#bytesByAddress.get(address) ?? 0) + bytes;
    if (sum > 0) this.#bytesByAddress.set(address, sum);
    else this.#bytesByAddress.delete(address);
  }
}
