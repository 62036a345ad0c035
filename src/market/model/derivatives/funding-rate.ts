import type { MarketRef } from '../../market-ref.ts';
import type { Source } from '../ticker.ts';

/** The values of a funding rate that an exchange may send. Rates are fractions: 0.0001 is one basis point. */
export const fundingNumbers = ['rate', 'nextRate', 'intervalMs', 'nextFundingTime', 'markPrice', 'indexPrice'] as const;

/**
 * The funding rate of a perpetual contract at one moment. Holders of long positions pay it to holders of short ones if
 * it is above zero. A value that the exchange does not send is null.
 */
export interface FundingRate extends MarketRef {
  /** The rate of the current interval, which is paid at its end. */
  readonly rate: number | null;
  /** The expected rate of the interval after it. */
  readonly nextRate: number | null;
  /** The length of an interval, in ms. */
  readonly intervalMs: number | null;
  /** When the current interval ends, epoch ms. */
  readonly nextFundingTime: number | null;
  /** In quote currency. */
  readonly markPrice: number | null;
  /** In quote currency. */
  readonly indexPrice: number | null;
  /** Time of the exchange's clock, epoch ms; null if it sends none. */
  readonly timestamp: number | null;
  /** When this server received it, epoch ms. */
  readonly receivedAt: number;
  readonly source: Source;
  /** True when the exchange cannot be reached and this is the last known value. */
  readonly stale: boolean;
}

/** Funding that was paid at the end of an interval. */
export interface FundingPayment {
  /** Epoch ms. */
  readonly timestamp: number;
  /** A fraction: 0.0001 is one basis point. */
  readonly rate: number;
}

/** The payments within `[since, until)`: with `since`, the first `limit`; without it, the newest `limit`. */
export interface FundingHistoryQuery extends MarketRef {
  /** Epoch ms. */
  readonly since?: number;
  /** Epoch ms. */
  readonly until?: number;
  readonly limit: number;
}

const yearMs = 365 * 86_400_000;

/** The rate times the intervals of a year of 365 days, without compounding; null without a rate or an interval. */
export function annualize({ rate, intervalMs }: Pick<FundingRate, 'rate' | 'intervalMs'>): number | null {
  return rate === null || intervalMs === null ? null : (rate * yearMs) / intervalMs;
}

/** True if `next` changes nothing for a subscriber: only its times of receipt or its source differ. */
export function isSameFundingRate(previous: FundingRate, next: FundingRate): boolean {
  return previous.stale === next.stale && fundingNumbers.every((field) => previous[field] === next[field]);
}
