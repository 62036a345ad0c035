/** Hands on the newest of many values: the first at once, then at most one in each interval. */
export class Pace<T> {
  readonly #intervalMs: number;
  readonly #onValue: (value: T) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: { readonly value: T } | null = null;

  constructor(intervalMs: number, onValue: (value: T) => void) {
    this.#intervalMs = intervalMs;
    this.#onValue = onValue;
  }

  push(value: T): void {
    if (this.#timer === undefined) this.#hand(value);
    else this.#waiting = { value };
  }

  /** Drops the value that waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = null;
  }

  #hand(value: T): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const waiting = this.#waiting;
      this.#waiting = null;
      if (waiting) this.#hand(waiting.value);
    }, this.#intervalMs);
    this.#onValue(value);
  }
}
