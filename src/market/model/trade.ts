import type { MarketRef } from '../market-ref.ts';

/** The taker's side. */
export type Side = 'buy' | 'sell';

/** One public trade. */
export interface Trade extends MarketRef {
  /** The exchange's id for it; null if it sends none. */
  readonly id: string | null;
  /**
   * Its number, from 1, among the trades of its market with the same content. Set if the exchange's id does not
   * distinguish it from others. A trade without an id and without a number is number 1.
   */
  readonly nth?: number;
  /** Time of the exchange's clock, epoch ms. */
  readonly timestamp: number;
  /** In quote currency; for coin-settled options, in settle currency. */
  readonly price: number;
  /** In base currency; for contracts, in the exchange's own unit, mostly contracts. */
  readonly amount: number;
  /** In quote currency; null if unknown. */
  readonly cost: number | null;
  readonly side: Side | null;
}

/** The id that distinguishes a trade from all others of its market; null if only its content and number do. */
export function distinctId({ id, nth }: Trade): string | null {
  return nth === undefined ? id : null;
}

/** The content that identifies a trade, apart from `nth`: time, side, price and amount, separated by commas. */
export function contentOf({ timestamp, side, price, amount }: Trade): string {
  return `${timestamp},${side ?? ''},${price},${amount}`;
}

/** The first `limit` trades from `since` on, as far back as the exchange serves them; without `since`, the newest `limit`. */
export interface TradeQuery extends MarketRef {
  /** Inclusive, epoch ms. */
  readonly since?: number;
  readonly limit: number;
}
