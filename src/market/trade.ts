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
  /** In quote currency. */
  readonly price: number;
  /** In base currency (contracts on some derivatives exchanges). */
  readonly amount: number;
  /** In quote currency. */
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
