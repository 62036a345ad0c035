import type { MarketRef } from '../market-ref.ts';

/** How a value was obtained: pushed by the exchange, polled for subscribers, or fetched for a query. */
export const sources = ['STREAM', 'POLL', 'FETCH'] as const;

export type Source = (typeof sources)[number];

/** The numeric fields of ccxt's unified ticker. Prices are in quote currency, `percentage` is in per cent. */
export const tickerNumbers = [
  'last',
  'open',
  'high',
  'low',
  'close',
  'previousClose',
  'bid',
  'bidVolume',
  'ask',
  'askVolume',
  'vwap',
  'change',
  'percentage',
  'average',
  'baseVolume',
  'quoteVolume',
  'markPrice',
  'indexPrice',
] as const;

/** A market's prices at one moment. A value that the exchange does not send is null. */
export interface Ticker extends MarketRef, Readonly<Record<(typeof tickerNumbers)[number], number | null>> {
  /** Time of the exchange's clock, epoch ms; null if it sends none. */
  readonly timestamp: number | null;
  /** When this server received it, epoch ms. */
  readonly receivedAt: number;
  readonly source: Source;
  /** True when the exchange cannot be reached and this is the last known value. */
  readonly stale: boolean;
}

/** The mark and index price of a contract, from a call of their own. */
export type MarkPrice = MarketRef & Pick<Ticker, 'markPrice' | 'indexPrice'>;

/** True if `next` changes nothing for a subscriber: only its times or its source differ. */
export function isUnchanged(previous: Ticker, next: Ticker): boolean {
  return previous.stale === next.stale && tickerNumbers.every((field) => previous[field] === next[field]);
}

/** How far ahead a clock may be (the exchange's, or ours before it was set back) before its times are ignored, in ms. */
const clockToleranceMs = 60_000;

/** The time of a value by the exchange's clock and by ours, epoch ms. */
interface Timed {
  readonly timestamp: number | null;
  readonly receivedAt: number;
}

/**
 * True if `next` is older than `previous`: by the exchange's clock if both carry its time, otherwise by ours. A time in
 * the future is a mistake of the exchange and must not block later tickers.
 */
export function isOlder(previous: Timed, next: Timed): boolean {
  const before = plausibleTime(previous);
  const after = plausibleTime(next);
  if (before !== null && after !== null && before !== after) return after < before;
  const aheadMs = previous.receivedAt - next.receivedAt;
  return aheadMs > 0 && aheadMs <= clockToleranceMs;
}

function plausibleTime({ timestamp, receivedAt }: Timed): number | null {
  return timestamp !== null && timestamp <= receivedAt + clockToleranceMs ? timestamp : null;
}
