import type { VenueTrade } from './book.ts';
import type { TimedCandle } from './candles.ts';
import type { VenueMarket, VenueTicker } from './model.ts';

/** An event at a venue, which streams send to their subscribers. */
export type VenueEvent = { readonly market: VenueMarket } & (
  | { readonly kind: 'ticker'; readonly ticker: VenueTicker }
  | ({ readonly kind: 'book' } & BookChange)
  | { readonly kind: 'trade'; readonly trade: VenueTrade }
  | { readonly kind: 'liquidation'; readonly liquidation: VenueLiquidation }
  | { readonly kind: 'candle'; readonly timeframe: string; readonly candle: TimedCandle; readonly closed: boolean }
);

/** The filled order that closed a position. Decimal strings; epoch ms. */
export interface VenueLiquidation {
  readonly side: 'buy' | 'sell';
  readonly price: string;
  readonly amount: string;
  /** What its last fill was. */
  readonly lastFill: string;
  readonly timestamp: number;
}

/** A change of an order book, as the tickers that it follows from. */
export interface BookChange {
  readonly before: VenueTicker;
  readonly after: VenueTicker;
  /** The update id of the book before the change, as REST returned it. */
  readonly from: number;
  /** The update id after it, as REST returns it from now on. */
  readonly to: number;
}

/** Whether two tickers have the same book. */
export function haveSameBook(one: VenueTicker, other: VenueTicker): boolean {
  return (['bid', 'bidVolume', 'ask', 'askVolume'] as const).every((field) => one[field] === other[field]);
}
