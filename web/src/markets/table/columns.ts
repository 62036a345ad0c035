import type { MarketRef } from '../../base/market-ref.ts';
import type { Row } from '../live/row.ts';

/** A column of the watch list. Its id stands in the address of a sorted list. */
export interface Column {
  readonly id: string;
  readonly label: string;
  /** What the column is sorted by; null is last in both directions. */
  readonly valueOf: (market: MarketRef, row: Row) => number | string | null;
}

/** The difference of ask and bid in percent of their mean. Null without both. */
export function spreadOf({ ticker }: Row): number | null {
  const { bid = null, ask = null } = ticker ?? {};
  return bid === null || ask === null || bid + ask === 0 ? null : ((ask - bid) / ((ask + bid) / 2)) * 100;
}

/** From left to right. On a phone, those from Bid on are reached by scrolling. */
export const columns: readonly Column[] = [
  { id: 'market', label: 'Market', valueOf: ({ symbol, exchange }) => `${symbol} ${exchange}` },
  { id: 'last', label: 'Last', valueOf: (_, { ticker }) => ticker?.last ?? null },
  { id: 'percentage', label: '24 h', valueOf: (_, { ticker }) => ticker?.percentage ?? null },
  // What was received later is younger.
  { id: 'age', label: 'Age', valueOf: (_, { ticker }) => (ticker ? -ticker.receivedAt : null) },
  { id: 'bid', label: 'Bid', valueOf: (_, { ticker }) => ticker?.bid ?? null },
  { id: 'ask', label: 'Ask', valueOf: (_, { ticker }) => ticker?.ask ?? null },
  { id: 'spread', label: 'Spread', valueOf: (_, row) => spreadOf(row) },
  { id: 'volume', label: '24 h volume', valueOf: (_, { ticker }) => ticker?.quoteVolume ?? null },
];
