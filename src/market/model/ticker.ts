import type { MarketRef } from '../market-ref.ts';

/** How a value got here: pushed by the exchange, polled for subscribers, or fetched for a query. */
export const sources = ['STREAM', 'POLL', 'FETCH'] as const;

export type Source = (typeof sources)[number];

/** The numbers of a ticker that ccxt unifies. Prices in quote currency, volumes as their names say, percentage in per cent. */
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

/** A market's prices at one moment. What the exchange does not send is null. */
export interface Ticker extends MarketRef, Readonly<Record<(typeof tickerNumbers)[number], number | null>> {
  /** The exchange's own clock, epoch ms; null where it sends none. */
  readonly timestamp: number | null;
  /** When this server received it, epoch ms. */
  readonly receivedAt: number;
  readonly source: Source;
  /** True when the exchange could not be reached since and this is the last known value. */
  readonly stale: boolean;
}

/** True when a subscriber would learn nothing from `next`: only its times or its source differ. */
export function isUnchanged(previous: Ticker, next: Ticker): boolean {
  return previous.stale === next.stale && tickerNumbers.every((field) => previous[field] === next[field]);
}

/** How far ahead a clock may be, the exchange's or ours before it was set back, until its times count for nothing, in ms. */
const clockToleranceMs = 60_000;

/** When something was true, by the exchange's clock and by ours, epoch ms. */
interface Timed {
  readonly timestamp: number | null;
  readonly receivedAt: number;
}

/**
 * True when `next` was true before `previous`: by the exchange's clock where both carry its time, else by ours. A time
 * in the future is a mistake of the exchange and must not keep later tickers out.
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
