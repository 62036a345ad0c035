import { ccxtErrors } from '../ccxt/load-ccxt.ts';

/** A refusal comes within this time after the request, in ms. A later error is that of another channel. */
const refusalMs = 5000;

/** One subscription over one connection, from its first request there until it ends or moves to another one. */
export class Run {
  readonly abort = new AbortController();
  /** About when the subscription was requested from the exchange, epoch ms; null before that. */
  requestedAt: number | null = null;
  /** Failures of this channel alone since its last message. */
  failures = 0;
  #hasDelivered = false;
  /** When it was requested over an open connection, epoch ms; null before that, and if nobody wants to know it. */
  #openedAt: number | null = null;

  /** True once a message has come since it was requested. */
  get hasDelivered(): boolean {
    return this.#hasDelivered;
  }

  /** True if the exchange serves it, although its market may be calm. */
  get isServed(): boolean {
    return this.#hasDelivered || this.#openedAt !== null;
  }

  onOpen(now: number): void {
    this.#openedAt = now;
  }

  /** Returns true for the first message since it was requested. */
  onMessage(): boolean {
    const isFirst = !this.#hasDelivered;
    this.#hasDelivered = true;
    this.failures = 0;
    return isFirst;
  }

  /**
   * Called with an error of the channel while its socket works. True if the error is that of another channel: some
   * classes of ccxt report a refusal to all channels. If the same error comes again at once, it is its own.
   */
  isOfAnother(error: unknown, now: number): boolean {
    this.failures += 1;
    // A channel of the same name was just unsubscribed.
    if (error instanceof ccxtErrors.UnsubscribeError) return this.failures === 1;
    if (!(error instanceof ccxtErrors.BaseError)) return false;
    if (this.#openedAt !== null && now - this.#openedAt >= refusalMs) {
      this.#openedAt = now;
      this.failures = 0;
      return true;
    }
    return this.#hasDelivered && this.failures === 1;
  }

  /** The exchange no longer serves it. */
  onLost(): void {
    this.#hasDelivered = false;
    this.#openedAt = null;
  }
}
