import type { Clock } from '../../base/clock.ts';
import { MarketDataError, type MarketDataErrorCode } from '../../market/errors.ts';

/** An exchange that refused its first list, or sent none, is not asked again before this, in ms, twice as long each time. */
const firstPauseMs = 1000;
const longestPauseMs = 60_000;

/** What an exchange answers with instead of a list. */
const refusals: ReadonlySet<MarketDataErrorCode> = new Set(['BAD_EXCHANGE_RESPONSE', 'AUTHENTICATION_REQUIRED']);

/**
 * Why an exchange that answers has no list of markets yet. Circuits pace calls to one that is out; one whose list is
 * refused, or cannot be read, is paced here, or each query would ask for it anew.
 */
export class FirstLoadBackoff {
  readonly #clock: Clock;
  #last: { readonly error: MarketDataError; readonly until: number } | null = null;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The error to answer with instead of asking again; null when the list may be asked for. */
  get current(): MarketDataError | null {
    const leftMs = this.#last ? this.#last.until - this.#clock.now() : 0;
    // A clock that was set back must not make it longer.
    return this.#last && leftMs > 0 && leftMs <= longestPauseMs ? withWait(this.#last.error, leftMs) : null;
  }

  /** Notes what a first load failed with; returns it with how long to wait. Other errors than refusals say nothing here. */
  mark(error: unknown): unknown {
    if (!(error instanceof MarketDataError) || !refusals.has(error.code)) return error;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#count);
    this.#count += 1;
    this.#last = { error, until: this.#clock.now() + pauseMs };
    return withWait(error, pauseMs);
  }
}

/** The error with how long to wait, where waiting may help. */
function withWait(error: MarketDataError, waitMs: number): MarketDataError {
  if (!error.retryable) return error;
  return new MarketDataError(error.code, error.message, { ...error.details, retryAfterMs: Math.ceil(waitMs) });
}
