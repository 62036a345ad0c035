/**
 * Tells the server's time, so that the age of a price is right although the browser's clock is not.
 *
 * A Date header has whole seconds. It bounds the difference of the clocks: the server read its clock after the request
 * was sent and before the response arrived. The bounds of several responses together are narrow.
 */
export class ServerClock {
  readonly #now: () => number;
  #least = Number.NEGATIVE_INFINITY;
  #most = Number.POSITIVE_INFINITY;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Epoch ms by the server's clock. */
  now(): number {
    return this.#now() + this.#difference();
  }

  /** Takes the Date header of a response; `sentAt` is the browser's time, in epoch ms, at which its request was sent. */
  observe(header: string | null, sentAt: number): void {
    const date = Date.parse(header ?? '');
    if (Number.isNaN(date)) return;
    const least = date - this.#now();
    const most = date + 1000 - sentAt;
    // A clock that was set since then makes earlier bounds wrong.
    const isConsistent = least <= this.#most && most >= this.#least;
    this.#least = isConsistent ? Math.max(least, this.#least) : least;
    this.#most = isConsistent ? Math.min(most, this.#most) : most;
  }

  /** How far the server's clock is ahead, in ms; 0 while the clocks may agree. */
  #difference(): number {
    if (this.#least <= 0 && this.#most >= 0) return 0;
    return (this.#least + this.#most) / 2;
  }
}
