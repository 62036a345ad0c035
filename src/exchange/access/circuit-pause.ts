import type { MarketDataError } from '../../market/errors.ts';

/** A failure that says something of the exchange as a whole. */
export interface ExchangeFailure {
  readonly error: MarketDataError;
  /** What it says of the exchange, a sentence without its end. */
  readonly reason: string;
  /** Of the HTTP answer, where there was one. */
  readonly status: number | null;
}

/** What a circuit has been through before it opens. */
export interface OpeningHistory {
  /** How many times it has opened before for the same reason, without a calm between. */
  readonly count: number;
  /** How long it was open the last time, in ms. */
  readonly lastMs: number;
}

const second = 1000;
const minute = 60 * second;

/** How long the first pause is, and the longest, by the code of the failure. */
const pauses = {
  // A block by address or country is no moment's mood, and asking on makes it longer.
  GEO_BLOCKED: { firstMs: 10 * minute, longestMs: 10 * minute },
  RATE_LIMITED: { firstMs: 30 * second, longestMs: 10 * minute },
  storm: { firstMs: second, longestMs: 30 * second },
} as const;

/** Binance answers 418 to who went on after 429, and bans for two minutes at first, up to three days (REST API, Limits). */
const firstBanMs = 2 * minute;

/** No jitter makes a pause longer than by this share of it. */
const jitter = 0.2;

/**
 * How long an exchange is left alone after a failure, in ms: longer each time, never less than it asked for, and a little
 * more by `random` (0 to 1), so that many servers don't return together.
 */
export function circuitPauseMs(failure: ExchangeFailure, past: OpeningHistory, random: () => number): number {
  const { code, details } = failure.error;
  const kind = code === 'GEO_BLOCKED' || code === 'RATE_LIMITED' ? code : 'storm';
  const { firstMs, longestMs } = pauses[kind];
  const toldMs = details.retryAfterMs ?? 0;
  const baseMs =
    kind === 'RATE_LIMITED' && details.retryAfterMs !== undefined
      ? Math.max(second, toldMs)
      : failure.status === 418
        ? firstBanMs
        : firstMs;
  const doubledMs = Math.min(longestMs, Math.max(baseMs * 2 ** past.count, past.lastMs));
  return Math.max(doubledMs, toldMs) * (1 + jitter * random());
}
