import type { MarketDataError } from '../errors.ts';
import type { MarketRef } from '../market-ref.ts';

export const marketTypes = ['spot', 'swap', 'future', 'option'] as const;

export type MarketType = (typeof marketTypes)[number];

/** One tradable market of one exchange, in ccxt's unified terms. */
export interface Market extends MarketRef {
  readonly base: string;
  readonly quote: string;
  readonly settle: string | null;
  readonly type: MarketType;
  readonly active: boolean | null;
  /** Base amount of one contract (quote amount of an inverse one); null for spot. */
  readonly contractSize: number | null;
  /** Epoch ms at which a future or an option ends. */
  readonly expiry: number | null;
  /** Smallest step of a price, in quote currency. */
  readonly pricePrecision: number | null;
  /** Smallest step of an amount, in base currency or contracts. */
  readonly amountPrecision: number | null;
}

/** An exchange's markets by unified symbol, sorted by it. */
export interface Markets extends ReadonlyMap<string, Market> {
  /**
   * Why a market of this symbol may exist that is not here: the list of its kind failed. Null if all markets of its kind
   * are here.
   */
  readonly whyUnlisted?: (symbol: string) => MarketDataError | null;
}
