import type { Exchange } from 'ccxt';
import type { Clock } from '../../base/clock.ts';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';

/** A refused depth is requested again after this time, in ms. */
const rememberMs = 3_600_000;

/** The depths of order book that an exchange has refused for one kind of market, each for an hour. */
export class RefusedDepths {
  readonly #now: Clock['now'];
  readonly #until = new Map<number, number>();

  constructor(now: Clock['now']) {
    this.#now = now;
  }

  has(depth: number): boolean {
    return this.#now() < (this.#until.get(depth) ?? Number.NEGATIVE_INFINITY);
  }

  add(depth: number): void {
    this.#until.set(depth, this.#now() + rememberMs);
  }

  clear(): void {
    this.#until.clear();
  }
}

/**
 * Decides whether one book is requested with the depth that we would like best, or with the exchange's own depth. If a
 * book with a depth was refused, or returned nothing over a connection that did not fail (ccxt does not pass on every
 * refusal), it is requested without a depth over the next connection. If that works after a refusal, the depth was to
 * blame, and other books of the kind are requested without it at once. The depth does not change on one connection: to
 * ccxt, another depth is another channel.
 */
export class BookDepth {
  readonly #refused: RefusedDepths;
  readonly #suspects: RefusedDepths;
  /** An old connection continues until the new one has delivered, so there may be two. */
  readonly #attempts = new WeakMap<Exchange, DepthAttempt>();
  #latest: DepthAttempt | null = null;
  /** The depth that was refused last, until it is known whether it was to blame. */
  #blamed: number | null = null;

  /** `refused` is what is known about the kind of market. */
  constructor(refused: RefusedDepths, now: Clock['now']) {
    this.#refused = refused;
    this.#suspects = new RefusedDepths(now);
  }

  /**
   * True if the depth is left to the exchange over the connection of an instance; decided when first asked. `depth` is
   * the one that we would like, or undefined for none.
   */
  isLeftToExchange(exchange: Exchange, depth: number | undefined): boolean {
    const known = this.#attempts.get(exchange);
    if (known) return depth !== undefined && known.requested === undefined;
    if (this.#latest && !this.#latest.isOver) this.#suspect(this.#latest);
    const isLeftToExchange = depth !== undefined && (this.#suspects.has(depth) || this.#refused.has(depth));
    this.#latest = { requested: isLeftToExchange ? undefined : depth, hasDelivered: false, isOver: false };
    this.#attempts.set(exchange, this.#latest);
    return isLeftToExchange;
  }

  onMessage(exchange: Exchange): void {
    const attempt = this.#attempts.get(exchange);
    if (!attempt || attempt.hasDelivered) return;
    attempt.hasDelivered = true;
    attempt.isOver = true;
    if (attempt.requested === undefined && this.#blamed !== null) this.#refused.add(this.#blamed);
    this.#blamed = null;
  }

  onFailure(exchange: Exchange, error: unknown): void {
    const attempt = this.#attempts.get(exchange);
    if (!attempt) return;
    attempt.isOver = true;
    if (attempt.hasDelivered || !isDepthRefusal(error)) return;
    this.#blamed = attempt.requested ?? null;
    this.#suspect(attempt);
    // The next attempt decides again, even if it is over the same connection.
    this.#attempts.delete(exchange);
  }

  /** The depth may be to blame. If none was requested, no depth was. */
  #suspect({ requested }: DepthAttempt): void {
    if (requested === undefined) this.#suspects.clear();
    else this.#suspects.add(requested);
  }
}

/** An attempt to get a book over one connection. */
interface DepthAttempt {
  /** Undefined for no depth. */
  readonly requested: number | undefined;
  hasDelivered: boolean;
  /** True once it has delivered or failed. */
  isOver: boolean;
}

/** True for an error that may be about the request, and not about the market or this server's permissions. */
function isDepthRefusal(error: unknown): boolean {
  return (
    error instanceof ccxtErrors.ExchangeError &&
    !(error instanceof ccxtErrors.BadSymbol) &&
    !(error instanceof ccxtErrors.AuthenticationError)
  );
}
