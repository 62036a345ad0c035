import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';

/** The limit that prevents the admission of an operation. */
export interface LimitReached {
  /** Identifies the limit: a socket, or a text for an address or the whole server. */
  readonly key: object | string;
  /** True if all clients together have reached the limit, so that this client cannot change it. */
  readonly isServerWide: boolean;
  /** The error for an operation that is not admitted in time. */
  readonly toError: () => MarketDataError;
}

/** What an operation needs for its admission. */
export interface PlaceRequest {
  readonly address: string;
  /** The memory of the operation while it waits, in bytes. */
  readonly bytes: number;
  /** Takes what the operation needs and returns null, or takes nothing and returns the limit that is reached. */
  readonly take: () => LimitReached | null;
}

interface Waiter {
  readonly request: PlaceRequest;
  limit: LimitReached;
  readonly settle: (limit: LimitReached | null) => void;
}

export interface WaitingRoomOptions {
  readonly clock: Clock;
  /** The maximum wait of an operation, in ms. */
  readonly waitMs?: number;
  /** The maximum memory of all waiting operations, in bytes. */
  readonly maxBytes?: number;
  /** The maximum memory of the waiting operations of one address, in bytes. */
  readonly maxBytesPerAddress?: number;
}

const megabyte = 1024 * 1024;

/**
 * Operations over a limit wait here. For example, a page that replaces all rows of a table subscribes to the new rows
 * before it ends the old subscriptions, and so exceeds its limit for a moment. Each limit has a queue (first come,
 * first served). What is released goes to the queue at once, so later operations cannot take it first.
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

  /** Number of waiting operations. */
  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Admits an operation, identified by `owner`, at once or as soon as there is room. Resolves with null once the
   * operation has what it needs. Resolves with the limit if the maximum wait is over, if the operation has left, or if
   * it cannot wait because too many operations wait already.
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

  /** Must be called when something was released that operations with this key wait for. */
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

  /** Moves a waiter to the queue of another limit, which is the one that prevents its admission now. */
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
