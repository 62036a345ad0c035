import type { MarketDataError } from '../errors.ts';
import type { MarketType } from './market.ts';
import { toStale } from './staleness.ts';
import { isUnchanged, type Source, type Ticker } from './ticker.ts';

/** Which tickers: those of all markets of an exchange, or of those of one type. */
export interface AllTickersQuery {
  readonly exchange: string;
  /** Null for all types, except options that would need calls of their own. */
  readonly type: MarketType | null;
}

/** Markets whose tickers are missing because their call failed. */
export interface MissingTickers {
  readonly symbols: readonly string[];
  readonly error: MarketDataError;
}

/** The tickers of all active markets of an exchange, from one moment or nearly so. */
export interface AllTickers extends AllTickersQuery {
  /** In no particular order. A ticker is stale if its kind of market could not be fetched again. */
  readonly tickers: readonly Ticker[];
  /** What is missing, one entry for each call that failed. */
  readonly missing: readonly MissingTickers[];
  /** Exchanges send no time for the whole. */
  readonly timestamp: null;
  /** When the last of its calls was answered, epoch ms. */
  readonly receivedAt: number;
  readonly source: Source;
  /** True when the exchange cannot be reached and these are the last known tickers. */
  readonly stale: boolean;
}

/** The key of a query in maps and caches. */
export function toAllTickersKey({ exchange, type }: AllTickersQuery): string {
  return `${exchange}\n${type ?? ''}`;
}

/** True if `next` changes nothing for a subscriber: only times or the source differ. */
export function isSameScreen(previous: AllTickers, next: AllTickers): boolean {
  if (previous.stale !== next.stale || previous.tickers.length !== next.tickers.length) return false;
  if (previous.tickers === next.tickers) return true;
  return next.tickers.every((ticker, index) => {
    const before = previous.tickers[index];
    return before !== undefined && before.symbol === ticker.symbol && isUnchanged(before, ticker);
  });
}

/**
 * Adds what `previous` knows of the missing markets, marked stale, if it was received at `since` (epoch ms) or later: one
 * host of an exchange that fails must not make its markets disappear at once.
 */
export function withLastKnown(next: AllTickers, previous: AllTickers, since: number): AllTickers {
  if (next.missing.length === 0) return next;
  const missing = new Set(next.missing.flatMap(({ symbols }) => symbols));
  const known = previous.tickers.filter(({ symbol, receivedAt }) => missing.has(symbol) && receivedAt >= since);
  if (known.length === 0) return next;
  return Object.freeze({ ...next, tickers: [...next.tickers, ...known.map(toStale)] });
}
