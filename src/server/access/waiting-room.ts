import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';

/** The limit that keeps an operation from being let in. */
export interface LimitReached {
  /** The same for all operations that the same limit keeps out: a socket, or a text for an address or the whole server. */
  readonly key: object | string;
  /** True if all clients together have reached the limit, so that this one can do nothing about it. */
  readonly isServerWide: boolean;
  /** The error for an operation that gets no place in time. */
  readonly toError: () => MarketDataError;
}

/** What an operation needs to be let in. */
export interface PlaceRequest {
  readonly address: string;
  /** How much the operation keeps in memory while it waits, in bytes. */
  readonly bytes: number;
  /** Takes what the operation needs, and returns null; or takes nothing, and returns the limit that is reached. */
  readonly take: () => LimitReached | null;
}

interface Waiter {
  readonly request: PlaceRequest;
  limit: LimitReached;
  readonly settle: (limit: LimitReached | null) => void;
}

export interface WaitingRoomOptions {
  readonly clock: Clock;
  /** How long an operation may wait, in ms. */
  readonly waitMs?: number;
  /** How much all that wait may keep in memory together, in bytes. */
  readonly maxBytes?: number;
  /** How much those of one address may keep, in bytes. */
  readonly maxBytesPerAddress?: number;
}

const megabyte = 1024 * 1024;

/**
 * Operations over a limit wait here. A page whose rows all change subscribes to the new ones before it ends the old ones,
 * and is over its limit for a moment only. Each limit has a queue, first come, first served: what is given back goes to
 * the queue at once, so nobody who comes later can take it first.
 */
export class WaitingRoom {
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #maxBytes: number;
  readonly #maxBytesPerAddress: number;
  readonly #queues = new Map<object | string, Set<Waiter>>();
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
   * Lets an operation, identified by `owner`, take what it needs, at once or as soon as there is room. Resolves with null
   * once it has; with the limit if it has waited long enough, has left, or may not wait because too much waits already.
   */
  async enter(owner: object, request: PlaceRequest): Promise<LimitReached | null> {
    const limit = request.take();
    return limit && this.#hasRoomFor(request) ? this.#wait(owner, request, limit) : limit;
  }

  /** Ends the wait of an operation. */
  leave(owner: object): void {
    const waiter = this.#waiters.get(owner);
    waiter?.settle(waiter.limit);
  }

  /** To be called when something was given back that operations with this key wait for. */
  onFreed(key: object | string): void {
    for (const waiter of this.#queues.get(key) ?? []) {
      const limit = waiter.request.take();
      if (limit?.key === key) return;
      if (limit) this.#move(waiter, limit);
      else waiter.settle(null);
    }
  }

  #wait(owner: object, request: PlaceRequest, limit: LimitReached): Promise<LimitReached | null> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#waitMs, () => this.leave(owner));
      const settle = (result: LimitReached | null): void => {
        cancel();
        this.#waiters.delete(owner);
        this.#leaveQueue(waiter);
        this.#addBytes(request.address, -request.bytes);
        resolve(result);
      };
      const waiter: Waiter = { request, limit, settle };
      this.#waiters.set(owner, waiter);
      this.#joinQueue(waiter);
      this.#addBytes(request.address, request.bytes);
    });
  }

  /** By now another limit keeps it out. */
  #move(waiter: Waiter, limit: LimitReached): void {
    this.#leaveQueue(waiter);
    waiter.limit = limit;
    this.#joinQueue(waiter);
  }

  #joinQueue(waiter: Waiter): void {
    const { key } = waiter.limit;
    const queue = this.#queues.get(key) ?? new Set();
    queue.add(waiter);
    this.#queues.set(key, queue);
  }

  #leaveQueue(waiter: Waiter): void {
    const { key } = waiter.limit;
    const queue = this.#queues.get(key);
    queue?.delete(waiter);
    if (queue?.size === 0) this.#queues.delete(key);
  }

  #hasRoomFor({ address, bytes }: PlaceRequest): boolean {
    const ofAddress = this.#bytesByAddress.get(address) ?? 0;
    return ofAddress + bytes <= this.#maxBytesPerAddress && this.#bytes + bytes <= this.#maxBytes;
  }

  #addBytes(address: string, bytes: number): void {
    this.#bytes += bytes;
    const sum = (this.#bytesByAddress.get(address) ?? 0) + bytes;
    if (sum > 0) this.#bytesByAddress.set(address, sum);
    else this.#bytesByAddress.delete(address);
  }
}
