/** What an exchange can do through ccxt, as named in the GraphQL schema. */
export const capabilities = [
  'TICKER',
  'TICKERS',
  'CANDLES',
  'ORDER_BOOK',
  'TRADES',
  'STREAM_TICKER',
  'STREAM_TICKERS',
  'STREAM_CANDLES',
  'STREAM_ORDER_BOOK',
  'STREAM_TRADES',
  'FUNDING_RATE',
  'OPEN_INTEREST',
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
