/** Which side took: a buyer, or a seller. */
export type Side = 'buy' | 'sell';

/** One public trade. */
export interface Trade {
  readonly exchange: string;
  readonly symbol: string;
  /** The exchange's id of it; null where it gives none. */
  readonly id: string | null;
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

/** Which trades: the newest `limit`, or the first `limit` from `since` on as far back as the exchange serves them. */
export interface TradeQuery {
  readonly exchange: string;
  readonly symbol: string;
  /** Inclusive, epoch ms. */
  readonly since?: number;
  readonly limit: number;
}
