import type { MarketRef } from '../../market-ref.ts';
import type { Source } from '../ticker.ts';

/** All open positions of one contract at one moment. A value that the exchange does not send is null. */
export interface OpenInterest extends MarketRef {
  /** In contracts or in base currency, as the exchange counts. */
  readonly amount: number | null;
  /** In quote currency. */
  readonly value: number | null;
  /** Time of the exchange's clock, epoch ms; null if it sends none. */
  readonly timestamp: number | null;
  /** When this server received it, epoch ms. */
  readonly receivedAt: number;
  readonly source: Source;
  /** True when the exchange cannot be reached and this is the last known value. */
  readonly stale: boolean;
}

/** The values within `[since, until)`: with `since`, the first `limit`; without it, the newest `limit`. */
export interface OpenInterestHistoryQuery extends MarketRef {
  /** Time from one value to the next, in ccxt's notation. */
  readonly timeframe: string;
  /** Epoch ms. */
  readonly since?: number;
  /** Epoch ms. */
  readonly until?: number;
  readonly limit: number;
}

/** True if `next` changes nothing for a subscriber: only its times or its source differ. */
export function isSameOpenInterest(previous: OpenInterest, next: OpenInterest): boolean {
  return previous.stale === next.stale && previous.amount === next.amount && previous.value === next.value;
}
