import type { MarketDataError } from '../../market/errors.ts';

/** A failure that concerns the exchange as a whole. */
export interface ExchangeFailure {
  readonly error: MarketDataError;
  /** What the failure says about the exchange, as a sentence without a full stop. */
  readonly reason: string;
  /** Status of the HTTP response, if there was one. */
  readonly status: number | null;
}

/** What happened to a circuit before it opens. */
export interface OpeningHistory {
  /** How many times it has opened before for the same reason, without a long healthy period in between. */
  readonly count: number;
  /** How long its last pause was, in ms. */
  readonly lastMs: number;
}

const second = 1000;
const minute = 60 * second;

/** The first and the longest pause, by the code of the failure. */
const pauses = {
  // A block by address or country does not go away quickly, and further requests extend it.
  GEO_BLOCKED: { firstMs: 10 * minute, longestMs: 10 * minute },
  RATE_LIMITED: { firstMs: 30 * second, longestMs: 10 * minute },
  failures: { firstMs: second, longestMs: 30 * second },
} as const;

/**
 * Binance answers 418 to clients that continue after 429, and bans them for two minutes at first and up to three days
 * (REST API, Limits).
 */
const firstBanMs = 2 * minute;

/** Jitter extends a pause by at most this share. */
const jitter = 0.2;

/**
 * How long a circuit stays open after a failure, in ms. The pause doubles each time and is never shorter than what the
 * exchange asked for. `random` (0 to 1) makes it a little longer, so that many servers do not return together.
 */
export function circuitPauseMs(failure: ExchangeFailure, history: OpeningHistory, random: () => number): number {
  const { code, details } = failure.error;
  const cause = code === 'GEO_BLOCKED' || code === 'RATE_LIMITED' ? code : 'failures';
  const { firstMs, longestMs } = pauses[cause];
  const requestedMs = details.retryAfterMs ?? 0;
  const baseMs =
    cause === 'RATE_LIMITED' && details.retryAfterMs !== undefined
      ? Math.max(second, requestedMs)
      : failure.status === 418
        ? firstBanMs
        : firstMs;
  const doubledMs = Math.min(longestMs, Math.max(baseMs * 2 ** history.count, history.lastMs));
  return Math.max(doubledMs, requestedMs) * (1 + jitter * random());
}
