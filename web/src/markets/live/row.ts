import type { WatchlistUpdatedSubscription } from './watchlist-updated.graphql.ts';

/** The prices of a market, as an event of the watch list has them. */
export type Ticker = WatchlistUpdatedSubscription['watchlistUpdated'];

/** Why a market has no prices. */
export interface Problem {
  /** The server does not know the exchange or the symbol. */
  readonly isUnknown: boolean;
  /** The server's sentence. */
  readonly reason: string;
  /** When the page asks again, in epoch ms; null if it does not. */
  readonly retryAt: number | null;
}

/** What the table shows of a market. */
export interface Row {
  /** Null until the first prices arrive. */
  readonly ticker: Ticker | null;
  /** The smallest step of its prices; null if the exchange does not say it, or has not yet. */
  readonly priceStep: number | null;
  /** Null while there is nothing wrong. */
  readonly problem: Problem | null;
  /** Where the last price went when it changed last. */
  readonly move: 'up' | 'down' | null;
  /** True for a moment after the last price has changed. */
  readonly isFlashing: boolean;
}

export const emptyRow: Row = { ticker: null, priceStep: null, problem: null, move: null, isFlashing: false };

/** The row with newer prices. The first ones are not a move. */
export function withTicker(row: Row, ticker: Ticker): Row {
  const before = row.ticker?.last ?? null;
  const { last } = ticker;
  if (before === null || last === null || last === before) return { ...row, ticker, problem: null };
  return { ...row, ticker, problem: null, move: last > before ? 'up' : 'down', isFlashing: true };
}
