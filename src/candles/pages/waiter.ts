/** A call that waits for its turn or is under way. */
export interface Awaited {
  /** How many wait for it. */
  waiting: number;
}

/** One query among those who wait for calls. */
export class Waiter {
  readonly #awaited = new Set<Awaited>();
  #hasLeft = false;
  #hasWaited = false;

  /** Waits for a call, unless it waits for nothing any more. */
  join(call: Awaited): void {
    if (this.#hasLeft || this.#awaited.has(call)) return;
    this.#awaited.add(call);
    this.#hasWaited = true;
    call.waiting += 1;
  }

  /** True once there was anything to wait for. */
  get hasWaited(): boolean {
    return this.#hasWaited;
  }

  /** Has what it waited for, or wants it no more. */
  leave(): void {
    for (const call of this.#awaited) call.waiting -= 1;
    this.#awaited.clear();
    this.#hasLeft = true;
  }
}
