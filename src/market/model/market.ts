import type { MarketDataError } from '../errors.ts';
import type { MarketRef } from '../market-ref.ts';

export const marketTypes = ['spot', 'swap', 'future', 'option'] as const;

export type MarketType = (typeof marketTypes)[number];

/** One tradable market of one exchange, in ccxt's unified form. */
export interface Market extends MarketRef {
  readonly base: string;
  readonly quote: string;
  readonly settle: string | null;
  readonly type: MarketType;
  readonly active: boolean | null;
  /** Size of one contract in base currency (in quote currency if it is inverse); null for spot. */
  readonly contractSize: number | null;
  /** When a future or an option expires, epoch ms. */
  readonly expiry: number | null;
  /** Smallest step of a price, in quote currency. */
  readonly pricePrecision: number | null;
  /** Smallest step of an amount, in base currency or contracts. */
  readonly amountPrecision: number | null;
}

/** An exchange's markets by unified symbol, sorted by symbol. */
export interface Markets extends ReadonlyMap<string, Market> {
  /**
   * Why a market with this symbol may exist although it is missing here: loading its kind of markets failed. Null if all
   * markets of that kind are here.
   */
  readonly whyMissing?: (symbol: string) => MarketDataError | null;
}
