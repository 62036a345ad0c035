/** A call that waits for its turn or is in progress, and how many queries wait for it. */
export interface AwaitedCall {
  waiterCount: number;
}

/** One query that waits for calls. */
export class Waiter {
  readonly #calls = new Set<AwaitedCall>();
  #hasLeft = false;
  #hasWaited = false;

  /** Waits for a call, unless the query has ended. */
  join(call: AwaitedCall): void {
    if (this.#hasLeft || this.#calls.has(call)) return;
    this.#calls.add(call);
    this.#hasWaited = true;
    call.waiterCount += 1;
  }

  /** True once the query has had to wait for a call. */
  get hasWaited(): boolean {
    return this.#hasWaited;
  }

  /** Ends the query: it has its answer, or its deadline has passed. */
  leave(): void {
    for (const call of this.#calls) call.waiterCount -= 1;
    this.#calls.clear();
    this.#hasLeft = true;
  }
}
