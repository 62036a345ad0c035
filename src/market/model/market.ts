import type { MarketDataError } from '../errors.ts';
import type { MarketRef } from '../market-ref.ts';

export const marketTypes = ['spot', 'swap', 'future', 'option'] as const;

export type MarketType = (typeof marketTypes)[number];

export const optionTypes = ['call', 'put'] as const;

export type OptionType = (typeof optionTypes)[number];

/** The bounds of a number in an order; null where the exchange sets none, or does not say. */
export interface MinMax {
  readonly min: number | null;
  readonly max: number | null;
}

/** What an exchange accepts in one order. */
export interface MarketLimits {
  /** In base currency or contracts. */
  readonly amount: MinMax;
  /** In quote currency. */
  readonly price: MinMax;
  /** Price times amount, in quote currency. */
  readonly cost: MinMax;
}

/** The same objects for all markets without limits, because an exchange has thousands of markets. */
export const noBounds: MinMax = Object.freeze({ min: null, max: null });
export const noLimits: MarketLimits = Object.freeze({ amount: noBounds, price: noBounds, cost: noBounds });

/** One tradable market of one exchange, in ccxt's unified form. */
export interface Market extends MarketRef {
  /** The exchange's own id of the market; empty if ccxt does not know it. */
  readonly exchangeSymbol: string;
  readonly base: string;
  readonly quote: string;
  readonly settle: string | null;
  readonly type: MarketType;
  readonly active: boolean | null;
  /** True if margin trading is offered; null if the exchange does not say. */
  readonly margin: boolean | null;
  /** True if the contract is settled in quote currency; null for spot. */
  readonly linear: boolean | null;
  /** True if the contract is settled in base currency; null for spot. */
  readonly inverse: boolean | null;
  /** Size of one contract in base currency (in quote currency if it is inverse); null for spot. */
  readonly contractSize: number | null;
  /** When a future or an option expires, epoch ms. */
  readonly expiry: number | null;
  /** The price at which an option can be exercised, in quote currency; null for other markets. */
  readonly strike: number | null;
  readonly optionType: OptionType | null;
  /** When the market was listed, epoch ms. */
  readonly listedAt: number | null;
  /** The standard fee for orders that wait in the book, as a fraction; below zero if the exchange pays it. */
  readonly maker: number | null;
  /** The standard fee for orders that are filled at once, as a fraction. */
  readonly taker: number | null;
  readonly limits: MarketLimits;
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
