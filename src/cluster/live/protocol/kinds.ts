import type { StreamKind, StreamMessages } from '../../../market/ports/market-streams.ts';

export const streamKinds: readonly StreamKind[] = [
  'ticker',
  'orderBook',
  'candles',
  'trades',
  'fundingRate',
  'liquidations',
  'allTickers',
  'openInterest',
];

/** A message that says only that everything is up to date; null for kinds that repeat their last value instead. */
export const emptyMessages: { readonly [K in StreamKind]: StreamMessages[K] | null } = {
  ticker: null,
  orderBook: null,
  candles: Object.freeze([]),
  trades: Object.freeze([]),
  fundingRate: null,
  liquidations: Object.freeze([]),
  allTickers: null,
  openInterest: null,
};

/** True if each message contains only what is new, so that none may be left out. */
export function isList(kind: StreamKind): boolean {
  return emptyMessages[kind] !== null;
}
