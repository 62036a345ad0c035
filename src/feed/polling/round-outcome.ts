import type { MarketDataError } from '../../market/errors.ts';

/** Collects the outcomes of the calls of one round. */
export class RoundOutcome {
  #hasSucceeded = false;
  #failure: MarketDataError | null = null;
  #pauseRequest: MarketDataError | null = null;
  #pauseMs = 0;

  /** The failure in which the exchange asked for the longest pause; null if it asked for none. */
  get pauseRequest(): MarketDataError | null {
    return this.#pauseRequest;
  }

  /** How long a pause the exchange wants, in ms. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** Why the round failed. Null if a call has succeeded, or if the requested markets do not exist. */
  get error(): MarketDataError | null {
    return this.#hasSucceeded ? null : this.#failure;
  }

  onSuccess(): void {
    this.#hasSucceeded = true;
  }

  onFailure(error: MarketDataError): void {
    if (!error.isFinal) this.#failure ??= error;
    const { retryAfterMs = 0, isMarketMissing = false } = error.details;
    // A market that could not be listed costs no request, and the others of its poll group are asked as usual.
    if (retryAfterMs <= this.#pauseMs || isMarketMissing) return;
    this.#pauseMs = retryAfterMs;
    this.#pauseRequest = error;
  }
}
