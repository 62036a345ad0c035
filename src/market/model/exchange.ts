/** What an exchange can do through ccxt, as named in the GraphQL schema. */
export const capabilities = [
  'TICKER',
  'TICKERS',
  'MARK_PRICE',
  'CANDLES',
  'ORDER_BOOK',
  'TRADES',
  'STREAM_TICKER',
  'STREAM_TICKERS',
  'STREAM_CANDLES',
  'STREAM_ORDER_BOOK',
  'STREAM_TRADES',
  'STREAM_FUNDING_RATE',
  'STREAM_LIQUIDATIONS',
  'FUNDING_RATE',
  'FUNDING_RATES',
  'FUNDING_RATE_HISTORY',
  'OPEN_INTEREST',
  'OPEN_INTEREST_HISTORY',
] as const;

export type Capability = (typeof capabilities)[number];

/** What is known about an exchange without contacting it. */
export interface ExchangeInfo {
  /** ccxt's id, for example `kraken`. */
  readonly id: string;
  readonly name: string;
  /** ISO 3166 country codes, as listed by ccxt. */
  readonly countries: readonly string[];
  readonly website: string | null;
  /** True for the built-in exchange whose prices are made up. */
  readonly simulated: boolean;
  readonly timeframes: readonly string[];
  readonly has: readonly Capability[];
  /** True when ccxt has a streaming class for it. */
  readonly streaming: boolean;
  /** True when ccxt knows a test network for it. */
  readonly hasTestNetwork: boolean;
}
