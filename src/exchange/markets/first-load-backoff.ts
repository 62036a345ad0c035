import type { Clock } from '../../base/clock.ts';
import { MarketDataError, type MarketDataErrorCode } from '../../market/errors.ts';

/** The pause after an exchange refused its first list or sent none, in ms; it doubles each time up to the longest. */
const firstPauseMs = 1000;
const longestPauseMs = 60_000;

/** What an exchange answers instead of a list. */
const refusals: ReadonlySet<MarketDataErrorCode> = new Set(['BAD_EXCHANGE_RESPONSE', 'AUTHENTICATION_REQUIRED']);

/**
 * Paces the first load of an exchange that answers but has no list of markets yet. Circuits pace calls to an exchange
 * that is down. An exchange that refuses its list, or sends an unreadable one, is paced here; otherwise each query
 * would request the list again.
 */
export class FirstLoadBackoff {
  readonly #clock: Clock;
  #last: { readonly error: MarketDataError; readonly until: number } | null = null;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The error to answer with instead of another load; null when the list may be requested. */
  get current(): MarketDataError | null {
    const leftMs = this.#last ? this.#last.until - this.#clock.now() : 0;
    // A clock that was set back must not extend the pause.
    return this.#last && leftMs > 0 && leftMs <= longestPauseMs ? withWait(this.#last.error, leftMs) : null;
  }

  /**
   * Records the failure of a first load, and returns it with the time to wait. Errors other than refusals are returned
   * unchanged.
   */
  mark(error: unknown): unknown {
    if (!(error instanceof MarketDataError) || !refusals.has(error.code)) return error;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#count);
    this.#count += 1;
    this.#last = { error, until: this.#clock.now() + pauseMs };
    return withWait(error, pauseMs);
  }
}

/** Adds the time to wait to the error, if waiting may help. */
function withWait(error: MarketDataError, waitMs: number): MarketDataError {
  if (!error.retryable) return error;
  return new MarketDataError(error.code, error.message, { ...error.details, retryAfterMs: Math.ceil(waitMs) });
}
