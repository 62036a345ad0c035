/**
 * What one subscriber has not yet taken: one slot per key, in which the newest value replaces an older one, so that a
 * slow subscriber costs one value per key and never gets an old one. A value that repeats what the subscriber saw last
 * empties the slot instead.
 *
 * A hand-written iterator, since a generator's `return()` waits behind its pending `next()`. After `return()` or
 * `finish()` every `next()` is done: graphql-ws pulls again at once from one that is not.
 */
export class LatestIterator<T> implements AsyncIterableIterator<T> {
  readonly #slots = new Map<string, T>();
  readonly #seen = new Map<string, T>();
  readonly #waiting: ((result: IteratorResult<T, undefined>) => void)[] = [];
  readonly #isSame: (seen: T, next: T) => boolean;
  readonly #onEnd: () => void;
  #state: 'open' | 'finishing' | 'ended' = 'open';

  /** `onEnd` is called once, when the subscriber leaves or has taken the last value after `finish()`. */
  constructor(isSame: (seen: T, next: T) => boolean, onEnd: () => void) {
    this.#isSame = isSame;
    this.#onEnd = onEnd;
  }

  /** Offers a value; ignored once the iterator is finishing. */
  push(key: string, value: T): void {
    if (this.#state !== 'open') return;
    const seen = this.#seen.get(key);
    if (seen !== undefined && this.#isSame(seen, value)) {
      this.#slots.delete(key);
      return;
    }
    const waiter = this.#waiting.shift();
    if (!waiter) {
      this.#slots.set(key, value);
      return;
    }
    this.#seen.set(key, value);
    waiter({ done: false, value });
  }

  /** Ends the iterator once what is in the slots has been taken. */
  finish(): void {
    if (this.#state !== 'open') return;
    this.#state = 'finishing';
    if (this.#slots.size === 0) this.#end();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    for (const [key, value] of this.#slots) {
      this.#slots.delete(key);
      this.#seen.set(key, value);
      if (this.#state === 'finishing' && this.#slots.size === 0) this.#end();
      return Promise.resolve({ done: false, value });
    }
    if (this.#state !== 'open') return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#slots.clear();
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    void this.return();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#seen.clear();
    for (const waiter of this.#waiting.splice(0)) waiter({ done: true, value: undefined });
    this.#onEnd();
  }
}
