import type { MarketRef } from '../market-ref.ts';

/** Which side took: a buyer, or a seller. */
export type Side = 'buy' | 'sell';

/** One public trade. */
export interface Trade extends MarketRef {
  /** The exchange's id of it; null where it gives none. */
  readonly id: string | null;
  /**
   * Its number, from 1, among the trades of its market with the same content. Given where the exchange's id does not tell
   * it from others; without an id it is 1 where left out.
   */
  readonly nth?: number;
  /** The exchange's own clock, epoch ms. */
  readonly timestamp: number;
  /** In quote currency; in settle currency of options that are settled in a coin. */
  readonly price: number;
  /** In base currency; of contracts in the exchange's own unit, mostly contracts. */
  readonly amount: number;
  /** In quote currency; null where that cannot be known. */
  readonly cost: number | null;
  /** The taker's side. */
  readonly side: Side | null;
}

/** The id that tells a trade from all others of its market; null where only its content and its number do. */
export function distinctId({ id, nth }: Trade): string | null {
  return nth === undefined ? id : null;
}

/** What makes a trade that trade, but for its number among equals: time, side, price and amount, with commas. */
export function contentOf({ timestamp, side, price, amount }: Trade): string {
  return `${timestamp},${side ?? ''},${price},${amount}`;
}

/** The newest `limit` trades of a market, or the first `limit` from `since` on, as far back as the exchange serves them. */
export interface TradeQuery extends MarketRef {
  /** Inclusive, epoch ms. */
  readonly since?: number;
  readonly limit: number;
}
